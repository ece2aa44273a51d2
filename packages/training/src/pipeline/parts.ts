// Parts: which rows are trained on, which are held out, and how many of each. By time, once, before anything is fitted.

import { FlightdeckError } from '@flightdeck/core';
import { type Database, literal, type Part, type PartBounds, partCondition } from '@flightdeck/dataset';

/** Held-out parts have at least so many rows, where the data have them: 10,000 for the parity check, more for narrow intervals. */
const minimumHeldOut = 30_000;

/**
 * Makes the table `chosen` (id, part) out of a table with `id`, `time` and `known_at`. `rows` is the number of training rows, null
 * for all; held-out parts get half as many.
 */
export async function chooseRows(
  database: Database,
  from: string,
  bounds: readonly PartBounds[],
  { rows, seed }: { rows: number | null; seed: number },
): Promise<void> {
  const limitOf = ({ part }: PartBounds) =>
    rows === null || part === 'train' ? rows : Math.max(minimumHeldOut, Math.ceil(rows / 2));
  await database.run('create or replace table chosen (id integer, part varchar)');
  for (const part of bounds) {
    await database.run(`insert into chosen ${sample(from, part, limitOf(part), seed)}`);
  }
}

/**
 * A sample without a random generator: rows in order of a multiplicative hash of their id (Knuth, The Art of Computer Programming,
 * volume 3, 6.4), which scatters neighbours evenly, does not depend on DuckDB's threads, and gives another sample for another seed.
 */
function sample(from: string, part: PartBounds, limit: number | null, seed: number): string {
  const scatter = `((id::bigint + ${seed}) * 2654435761) % 4294967296`;
  return `select id, ${literal(part.part)} from ${from} where ${partCondition(part)}
    ${limit === null ? '' : `order by ${scatter}, id limit ${limit}`}`;
}

/** TOO_FEW_ROWS: nothing can be fitted to one class, nor measured on it. */
export function requireBothClasses(part: Part, rows: number, positives: number): void {
  if (positives > 0 && positives < rows) return;
  throw new FlightdeckError(
    'TOO_FEW_ROWS',
    `The ${part} part has ${rows} rows and they are all of one class: take more rows, or move the split.`,
  );
}
