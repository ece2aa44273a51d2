// The questions: held-out rows, asked over HTTP, whose right answers training wrote down. Do they come back, how fast, and is
// a wrong question refused?

import { FlightdeckError } from '@flightdeck/core';
import type { HoldoutRow } from '@flightdeck/training/result';
import { type Prediction, predict, Refused } from '../serving-client.ts';

export interface Answers {
  readonly version: number;
  /** A few, from the least likely to the most likely, for people to look at. */
  readonly first: readonly { readonly row: HoldoutRow; readonly prediction: Prediction }[];
  /** Largest difference to the expected probability, over all rows. */
  readonly maxAbsDiff: number;
  readonly rows: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly refusal: { readonly status: number; readonly code: string; readonly message: string };
}

const shown = 5;
const timed = 200;
const batchSize = 250;

/** Asks for some rows one by one, for all of them in batches, and for one with a field that no model has. */
export async function askAll(url: string, model: string, rows: readonly HoldoutRow[]): Promise<Answers> {
  const first = [];
  for (const row of spread(rows, shown)) first.push({ row, ...(await askOne(url, model, row)) });

  const times: number[] = [];
  for (const row of rows.slice(0, timed)) times.push((await askOne(url, model, row)).milliseconds);

  const predictions: Prediction[] = [];
  for (let from = 0; from < rows.length; from += batchSize) {
    const instances = rows.slice(from, from + batchSize).map(({ input }) => input);
    predictions.push(...((await predict(url, model, { instances })).predictions ?? []));
  }
  requireAll(predictions, rows);
  return {
    version: first[0]!.version,
    first,
    maxAbsDiff: Math.max(...rows.map((row, i) => Math.abs(row.probability - predictions[i]!.probability))),
    rows: rows.length,
    requests: first.length + times.length + Math.ceil(rows.length / batchSize) + 1,
    p50Ms: round(nearestRank(times, 0.5)),
    p99Ms: round(nearestRank(times, 0.99)),
    refusal: await refusalOf(url, model, rows[0]!),
  };
}

/** So many of them, evenly from the least likely to the most likely: neither the first ones nor the flattering ones. */
export function spread(rows: readonly HoldoutRow[], wanted: number): readonly HoldoutRow[] {
  const sorted = [...rows].sort((a, b) => a.probability - b.probability);
  const last = Math.min(wanted, rows.length) - 1;
  return Array.from({ length: last + 1 }, (_, index) => {
    return sorted[last === 0 ? 0 : Math.round((index * (sorted.length - 1)) / last)]!;
  });
}

async function askOne(url: string, model: string, { input }: HoldoutRow) {
  const started = performance.now();
  const { version, prediction } = await predict(url, model, { instance: input });
  return { version, prediction: prediction!, milliseconds: performance.now() - started };
}

function requireAll(predictions: readonly Prediction[], rows: readonly HoldoutRow[]): void {
  if (predictions.length === rows.length) return;
  throw new FlightdeckError(
    'ANSWERS_MISSING',
    `Asked for ${rows.length} rows, the server answered ${predictions.length}. See its log in FLIGHTDECK_HOME/logs.`,
  );
}

/** One failure on purpose: a misspelt field must not pass unseen. */
async function refusalOf(url: string, model: string, { input }: HoldoutRow): Promise<Answers['refusal']> {
  try {
    await predict(url, model, { instance: { ...input, no_such_field: 1 } });
  } catch (error) {
    if (error instanceof Refused && error.status === 400) {
      return { status: error.status, code: error.code, message: error.message };
    }
    throw error;
  }
  throw new FlightdeckError(
    'REFUSAL_MISSING',
    'The server answered a request with an unknown field as if nothing were wrong. Its input check is broken.',
  );
}

/** The value that this share of all values does not exceed (nearest rank, no interpolation). */
export function nearestRank(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** To a microsecond. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
