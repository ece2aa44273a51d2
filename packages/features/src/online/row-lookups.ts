// The lookups of the plan for one row at a time: what is to be read, and the numbers that features are worked out from.

import { type Columns, columnReader, keyOf } from './columns.ts';
import { type OnlineLookup, type OnlinePlan, type OnlineStream, widthOf } from './online-plan.ts';
import { compileTallies } from './profile-tallies.ts';
import type { Kept } from './rows.ts';
import { endOf } from './window-ends.ts';
import { compileTotals } from './window-totals.ts';

export interface RowLookup {
  /** Which of the sources it reads. */
  readonly source: number;
  /** Its numbers among a row's: from `start` to before `end`. */
  readonly start: number;
  readonly end: number;
  /** Writes them. Changes `numbers`. */
  write(kept: Kept | undefined, time: number, columns: Columns, numbers: Float64Array): void;
}

/** A stream, and by which key of a row it is read: several lookups may read the same, over other windows. */
export interface Source {
  readonly stream: OnlineStream;
  /** Which of `keysOf`. */
  readonly key: number;
}

export interface RowLookups {
  readonly lookups: readonly RowLookup[];
  readonly sources: readonly Source[];
  /** The row's keys. Undefined where its columns do not say whose it is. */
  keysOf(columns: Columns): (string | undefined)[];
}

export function compileLookups(plan: OnlinePlan): RowLookups {
  const names = [...new Set(plan.lookups.map(keyName))];
  const keys = names.map((name) => {
    const { by } = plan.lookups.find((lookup) => keyName(lookup) === name)!;
    const readers = by.map((column) => columnReader(plan.view, column));
    return (columns: Columns) => keyOf(readers.map((read) => read(columns)));
  });
  const sources: Source[] = [];
  const lookups = plan.lookups.map((lookup): RowLookup => {
    const { stream, start, end } = lookup;
    const key = names.indexOf(keyName(lookup));
    let source = sources.findIndex((one) => one.stream === stream && one.key === key);
    if (source < 0) source = sources.push({ stream, key }) - 1;
    return { source, start, end, write: writerOf(plan, lookup) };
  });
  return { lookups, sources, keysOf: (columns) => keys.map((keyOf) => keyOf(columns)) };
}

function keyName({ by }: OnlineLookup): string {
  return JSON.stringify(by);
}

function writerOf(plan: OnlinePlan, lookup: OnlineLookup): RowLookup['write'] {
  const place = plan.lookups.filter(({ stream }) => stream === lookup.stream).indexOf(lookup);
  const { stream, ages, start, profile } = lookup;
  if (profile) {
    const writeTallies = compileTallies(plan, profile, place);
    return (kept, time, columns, numbers) => writeTallies(kept, endOf(stream, time), columns, numbers, start);
  }
  const writeTotals = compileTotals(widthOf(stream), ages, place);
  return (kept, time, _, numbers) => writeTotals(kept, endOf(stream, time), numbers, start);
}
