// What training hands over for export: raw columns, their encodings, the network's weights and its calibration. The
// arithmetic that this file describes is the contract between training (which encodes in JavaScript) and the ONNX graph.

/**
 * A trained network with its preprocessing and calibration.
 *
 * The network's input vector is, in the order of `inputs`, each number column's encodings in their order, and each category
 * column's embedding row. All arithmetic is float32: every constant below is rounded once to float32 (`Math.fround`), and so
 * is the result of every step. With r for that rounding, a raw number x (itself a float32) is encoded so:
 *
 * - Missing comes first. NaN stands for null. x becomes `missing` if it is NaN; for a one-hot encoding also if it is
 *   infinite; for a cyclic one also if |x| > 1e30 (`cyclicLimit`), where the angle would overflow.
 * - standard: f = x, or with log1p f = r(log(r(1 + max(x, 0)))), so that every x below 0 counts as 0. Then
 *   z = r(r(f - mean) / scale), and the input is min(max(z, -clip), clip). Infinity ends at the edge, +clip or -clip
 *   (with log1p, -Infinity counts as 0, as everything below 0 does).
 * - cyclic: two inputs, r(sin(a)) and r(cos(a)), with a = r(x * r(2 pi / period)). Good for x within some thousand
 *   periods of 0; further out the rounding of a shows.
 * - one-hot: an input a value, 1 where x equals the value as float32, else 0; so all 0 if x is none of them.
 * - category: entry i of the vocabulary takes row i + 1 of the embedding; any other string, the empty one included, row 0.
 *
 * Each layer is r(x W + b), then max(0, .) where its activation is relu. The probability is
 * 1 / (1 + exp(-r(r(slope * logit) + intercept))) (J. Platt, "Probabilistic outputs for support vector machines", 1999).
 * A runtime may add up the products of x W in any order, and its log, sin, cos and exp may be off in the last place, so two
 * float32 evaluations agree to about 1e-6 in the probability, not bit by bit.
 */
export interface ScoringGraph {
  /** The model's name; becomes the ONNX graph's. */
  readonly name: string;
  readonly producerVersion: string;
  /** In this order; each becomes one graph input of shape [rows, 1]. */
  readonly inputs: readonly InputColumn[];
  /** The last has one output and no activation: the logit. */
  readonly layers: readonly DenseLayer[];
  readonly calibration: { readonly slope: number; readonly intercept: number };
  /** Free text that travels in the file (metadata_props), such as run and dataset version. */
  readonly metadata: Readonly<Record<string, string>>;
}

export type InputColumn = NumberColumn | CategoryColumn;

export interface NumberColumn {
  readonly name: string;
  readonly kind: 'number';
  /** The raw value that stands for NaN and null. */
  readonly missing: number;
  readonly encodings: readonly Encoding[];
}

export interface CategoryColumn {
  readonly name: string;
  readonly kind: 'category';
  readonly vocabulary: readonly string[];
  readonly dimensions: number;
  /** (vocabulary.length + 1) x dimensions, row-major; row 0 is for what is unknown or missing. */
  readonly embedding: Float32Array;
}

export type Encoding =
  | {
      readonly kind: 'standard';
      readonly log1p: boolean;
      readonly mean: number;
      readonly scale: number;
      readonly clip: number;
    }
  | { readonly kind: 'cyclic'; readonly period: number }
  | { readonly kind: 'one-hot'; readonly values: readonly number[] };

export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** inputs x outputs, row-major. */
  readonly weights: Float32Array;
  readonly bias: Float32Array;
  readonly activation: 'relu' | 'none';
}

/** The name of the graph's one output, float32 [rows, 1]. */
export const probabilityOutput = 'probability';

/** Beyond this size, a cyclic encoding takes a number for missing. */
export const cyclicLimit: number = Math.fround(1e30);

/** How many network inputs a column takes. */
export function widthOf(column: InputColumn): number {
  if (column.kind === 'category') return column.dimensions;
  return column.encodings.reduce((sum, encoding) => sum + encodingWidth(encoding), 0);
}

export function encodingWidth(encoding: Encoding): number {
  if (encoding.kind === 'standard') return 1;
  return encoding.kind === 'cyclic' ? 2 : encoding.values.length;
}
