// Scoring feature columns with an exported model, the way serving will: raw columns in, probabilities out.

import { FlightdeckError } from '@flightdeck/core';
import { type OnnxModel, openModel } from '@flightdeck/onnx';
import type { FeatureColumns } from '../feature-columns.ts';

export type RawColumns = Readonly<Record<string, Float32Array | readonly string[]>>;

/** So many rows a run: large enough to be fast, small enough that the strings of a chunk are all there is of them. */
const chunk = 16_384;

/** Probabilities of all rows. FEATURE_MISSING names an input that the feature table does not have. */
async function scoreRows(session: OnnxModel, rows: FeatureColumns): Promise<Float32Array> {
  const names = session.inputs.map(({ name }) => name);
  const scores = new Float32Array(rows.rows);
  for (let from = 0; from < rows.rows; from += chunk) {
    const until = Math.min(from + chunk, rows.rows);
    scores.set(await session.run(rawColumns(names, rows, from, until), until - from), from);
  }
  return scores;
}

/** The same of a file's bytes. */
export async function scoreFile(onnx: Uint8Array, rows: FeatureColumns): Promise<Float32Array> {
  const session = await openModel(onnx);
  const scores = await scoreRows(session, rows);
  await session.release();
  return scores;
}

/** The named columns of rows from..until as a graph takes them: NaN and '' stand for what is missing. */
export function rawColumns(
  names: readonly string[],
  columns: FeatureColumns,
  from: number,
  until: number,
): RawColumns {
  return Object.fromEntries(names.map((name) => [name, rawColumn(name, columns, from, until)]));
}

/** One row as a request would send it: null for what is missing. */
export function rowAt(
  names: readonly string[],
  columns: FeatureColumns,
  row: number,
): Record<string, number | string | null> {
  const raw = rawColumns(names, columns, row, row + 1);
  return Object.fromEntries(
    names.map((name) => {
      const value = raw[name]![0]!;
      return [name, value === '' || Number.isNaN(value) ? null : value];
    }),
  );
}

function rawColumn(
  name: string,
  columns: FeatureColumns,
  from: number,
  until: number,
): Float32Array | string[] {
  const numbers = columns.numbers[name];
  if (numbers) return numbers.slice(from, until);
  const category = columns.categories[name];
  if (category)
    return Array.from(category.indices.subarray(from, until), (index) => category.names[index] ?? '');
  throw new FlightdeckError(
    'FEATURE_MISSING',
    `The model takes ${name}, which is not among the declared features.`,
  );
}
