// Parity: the same rows through the network that was trained and through the file that will be served. A model is exported
// only if both say the same, because every number that was reported belongs to the first and every answer to the second.

import { FlightdeckError } from '@flightdeck/core';
import type { Columns, OnnxModel } from './open-model.ts';

export interface ParityInput {
  readonly model: Pick<OnnxModel, 'run'>;
  /** Raw columns, `rows` values each. */
  readonly columns: Columns;
  readonly rows: number;
  /** The trained network's calibrated probabilities for these rows. */
  readonly expected: Float32Array;
}

export interface Parity {
  readonly rows: number;
  /** Infinity if a probability is NaN on either side. */
  readonly maxAbsDiff: number;
  readonly worst: { readonly row: number; readonly expected: number; readonly actual: number };
}

export interface ParityPolicy {
  /** How many rows the comparison must cover. */
  readonly rows: number;
  /** What the largest difference must stay under. */
  readonly tolerance: number;
}

/** Rows in one run: enough to make calls cheap, few enough to keep the columns in the processor's cache. */
const chunkRows = 1_024;

/** The largest difference between `expected` and what the model says. ONNX_INPUT_INVALID if the lengths disagree. */
export async function measureParity({ model, columns, rows, expected }: ParityInput): Promise<Parity> {
  if (rows < 1 || expected.length !== rows) {
    throw invalid(`it needs one expected probability a row, not ${expected.length} for ${rows} rows`);
  }
  let worst = { row: 0, expected: Number.NaN, actual: Number.NaN };
  let maxAbsDiff = -1;
  for (let start = 0; start < rows; start += chunkRows) {
    const end = Math.min(start + chunkRows, rows);
    const probabilities = await model.run(sliceRows(columns, rows, start, end), end - start);
    for (const [i, actual] of probabilities.entries()) {
      const row = start + i;
      const difference = distance(expected[row]!, actual);
      if (difference <= maxAbsDiff) continue;
      maxAbsDiff = difference;
      worst = { row, expected: expected[row]!, actual };
    }
  }
  return { rows, maxAbsDiff, worst };
}

/** Throws ONNX_PARITY_FAILED, which no retry mends, if too few rows were compared or a difference reaches the tolerance. */
export function requireParity({ rows, maxAbsDiff, worst }: Parity, policy: ParityPolicy): void {
  if (rows < policy.rows) {
    throw failed(`it was compared on ${rows} rows, and ${policy.rows} are required. Hold out more rows`);
  }
  if (maxAbsDiff < policy.tolerance) return;
  throw failed(
    `row ${worst.row} should have probability ${worst.expected} and has ${worst.actual} ` +
      `(the difference ${maxAbsDiff} must stay under ${policy.tolerance}). ` +
      "Compare how training encodes that row with ScoringGraph's description",
  );
}

function sliceRows(columns: Columns, rows: number, start: number, end: number): Columns {
  const slices = Object.entries(columns).map(([name, column]) => {
    const width = column.length / rows;
    if (!Number.isInteger(width))
      throw invalid(`column "${name}" has ${column.length} values for ${rows} rows`);
    return [name, column.slice(start * width, end * width)];
  });
  return Object.fromEntries(slices);
}

/** NaN is as far away as can be: compared with `>`, it would pass for equal. */
function distance(a: number, b: number): number {
  const difference = Math.abs(a - b);
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
}

function invalid(problem: string): FlightdeckError {
  return new FlightdeckError(
    'ONNX_INPUT_INVALID',
    `Parity cannot be measured: ${problem}. Pass whole columns.`,
  );
}

function failed(problem: string): FlightdeckError {
  return new FlightdeckError(
    'ONNX_PARITY_FAILED',
    `The ONNX file does not match the trained network: ${problem}.`,
  );
}
