// Preprocessing: fitted on training rows only, applied in float32 exactly as the ONNX graph does it (the contract is the docstring of
// ScoringGraph in packages/onnx), so that a served probability equals a trained one.

import { FlightdeckError } from '@flightdeck/core';
import type { FeatureColumns } from './feature-columns.ts';
import type { EncodingDefinition, InputDefinition, NetworkDefinition } from './network-definition.ts';

export type FittedInput = FittedNumber | FittedCategory;

export interface FittedNumber {
  readonly name: string;
  readonly kind: 'number';
  /** Stands for NaN: the mean of the training rows that have a value. */
  readonly missing: number;
  readonly encodings: readonly FittedEncoding[];
}

export interface FittedCategory {
  readonly name: string;
  readonly kind: 'category';
  readonly vocabulary: readonly string[];
  readonly dimensions: number;
}

export type FittedEncoding =
  | {
      readonly kind: 'standard';
      readonly log1p: boolean;
      readonly mean: number;
      readonly scale: number;
      readonly clip: number;
    }
  | { readonly kind: 'cyclic'; readonly period: number }
  | { readonly kind: 'one-hot'; readonly values: readonly number[] };

/** Rows as a network takes them. */
export interface EncodedRows {
  readonly rows: number;
  /** rows x width, row-major: the encodings of every number, in order of the inputs. */
  readonly numbers: Float32Array;
  readonly width: number;
  /** Per category the row of its embedding: 0 is unknown, i + 1 is the vocabulary's entry i. */
  readonly categories: readonly Int32Array[];
}

/** Numbers first, then categories: the order in which the network concatenates them. */
export function fitPreprocessing(definition: NetworkDefinition, training: FeatureColumns): FittedInput[] {
  const entries = Object.entries(definition.inputs);
  const numbers = entries.flatMap(([name, input]) =>
    input.kind === 'number' ? [fitNumber(name, input, training)] : [],
  );
  const categories = entries.flatMap(([name, input]) =>
    input.kind === 'embedding' ? [fitCategory(name, input, training)] : [],
  );
  return [...numbers, ...categories];
}

function fitNumber(
  name: string,
  { encodings }: InputDefinition & { kind: 'number' },
  training: FeatureColumns,
): FittedNumber {
  const values = training.numbers[name];
  if (!values)
    throw new FlightdeckError(
      'NETWORK_INVALID',
      `The network takes the number "${name}", which is no number feature.`,
    );
  const raw = momentsOf(name, values, (x) => x);
  return {
    name,
    kind: 'number',
    missing: Math.fround(raw.mean),
    encodings: encodings.map((encoding) => fitEncoding(name, encoding, values)),
  };
}

function fitEncoding(name: string, encoding: EncodingDefinition, values: Float32Array): FittedEncoding {
  if (encoding.kind !== 'standard') return encoding;
  const { mean, deviation } = momentsOf(
    name,
    values,
    encoding.log1p ? (x) => Math.log1p(Math.max(x, 0)) : (x) => x,
  );
  // A column that never varies carries nothing: any scale will do, and 1 divides safely.
  return { ...encoding, mean: Math.fround(mean), scale: Math.fround(deviation || 1) };
}

function momentsOf(
  name: string,
  values: Float32Array,
  transform: (x: number) => number,
): { mean: number; deviation: number } {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (const x of values) {
    if (Number.isNaN(x)) continue;
    // Welford's update (1962): one pass, no cancellation.
    const delta = transform(x) - mean;
    n += 1;
    mean += delta / n;
    squares += delta * (transform(x) - mean);
  }
  if (n === 0)
    throw new FlightdeckError(
      'FEATURE_EMPTY',
      `The feature ${name} has no value in any training row: take it out or mend its source.`,
    );
  return { mean, deviation: Math.sqrt(squares / n) };
}

function fitCategory(
  name: string,
  input: InputDefinition & { kind: 'embedding' },
  training: FeatureColumns,
): FittedCategory {
  const column = training.categories[name];
  if (!column)
    throw new FlightdeckError(
      'NETWORK_INVALID',
      `The network embeds "${name}", which is no category feature.`,
    );
  const counts = new Uint32Array(column.names.length);
  for (const index of column.indices) counts[index]! += 1;
  const vocabulary = column.names.filter((_, index) => counts[index]! >= input.minimumRows);
  if (vocabulary.length === 0) {
    throw new FlightdeckError(
      'TOO_FEW_ROWS',
      `No ${name} is in ${input.minimumRows} of the ${training.rows} training rows, so there is nothing to embed. Take more rows, or lower minimumRows.`,
    );
  }
  return { name, kind: 'category', vocabulary, dimensions: input.dimensions };
}

/** Applies fitted preprocessing. Costs one pass per column; the result is what both training and the parity check use. */
export function encodeRows(inputs: readonly FittedInput[], columns: FeatureColumns): EncodedRows {
  const numbers = inputs.filter((input) => input.kind === 'number');
  const width = numbers.reduce((sum, input) => sum + widthOf(input), 0);
  const encoded = new Float32Array(columns.rows * width);
  let at = 0;
  for (const input of numbers) {
    for (const encoding of input.encodings) {
      writeEncoding(encoding, Math.fround(input.missing), columns.numbers[input.name]!, encoded, at, width);
      at += encodingWidth(encoding);
    }
  }
  const categories = inputs
    .filter((input) => input.kind === 'category')
    .map((input) => embeddingRows(input, columns));
  return { rows: columns.rows, numbers: encoded, width, categories };
}

/** How many network inputs a fitted number takes. */
export function widthOf(input: FittedNumber): number {
  return input.encodings.reduce((sum, encoding) => sum + encodingWidth(encoding), 0);
}

function encodingWidth(encoding: FittedEncoding): number {
  if (encoding.kind === 'standard') return 1;
  return encoding.kind === 'cyclic' ? 2 : encoding.values.length;
}

function writeEncoding(
  encoding: FittedEncoding,
  missing: number,
  values: Float32Array,
  into: Float32Array,
  at: number,
  width: number,
): void {
  const r = Math.fround;
  switch (encoding.kind) {
    case 'standard': {
      const { log1p, mean, scale, clip } = encoding;
      for (let row = 0, o = at; row < values.length; row++, o += width) {
        const x = Number.isNaN(values[row]!) ? missing : values[row]!;
        const f = log1p ? r(Math.log(r(1 + Math.max(x, 0)))) : x;
        into[o] = Math.min(Math.max(r(r(f - mean) / scale), -clip), clip);
      }
      return;
    }
    case 'cyclic': {
      const factor = r((2 * Math.PI) / encoding.period);
      for (let row = 0, o = at; row < values.length; row++, o += width) {
        const x = Math.abs(values[row]!) <= cyclicLimit ? values[row]! : missing;
        const angle = r(x * factor);
        into[o] = Math.sin(angle);
        into[o + 1] = Math.cos(angle);
      }
      return;
    }
    case 'one-hot':
      for (let row = 0, o = at; row < values.length; row++, o += width) {
        const x = Number.isFinite(values[row]!) ? values[row]! : missing;
        encoding.values.forEach((value, index) => {
          into[o + index] = x === r(value) ? 1 : 0;
        });
      }
  }
}

/** Beyond this an angle overflows float32, so a cyclic number counts as missing: part of ScoringGraph's contract. */
const cyclicLimit = Math.fround(1e30);

function embeddingRows(input: FittedCategory, columns: FeatureColumns): Int32Array {
  const column = columns.categories[input.name]!;
  const rowOfName = new Map(input.vocabulary.map((name, index) => [name, index + 1]));
  const rowOfIndex = Int32Array.from(column.names, (name) => rowOfName.get(name) ?? 0);
  return column.indices.map((index) => rowOfIndex[index] ?? 0);
}
