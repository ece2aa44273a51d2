// What a model declares of its network: how each feature is encoded, the layers, and how they are trained.

export interface NetworkDefinition {
  /** How each feature enters; features that are not named stay out. */
  readonly inputs: Readonly<Record<string, InputDefinition>>;
  /** Widths of the hidden layers, each followed by a ReLU. */
  readonly hidden: readonly number[];
  /** Share of each hidden layer's outputs that is dropped while training. */
  readonly dropout: number;
  /** Weight of the squared weights in the loss (biases and embeddings excepted). */
  readonly l2: number;
  /** At most; with few rows a batch is smaller, so that an epoch has enough steps (`batchSizeFor`). */
  readonly batchSize: number;
  readonly epochs: number;
  /** Training stops when the validation loss has not fallen for so many epochs; the best epoch's weights are kept. */
  readonly patience: number;
  readonly learningRate: LearningRate;
}

/** Rises linearly over the first `warmup` share of all steps to `peak`, then falls along half a cosine to `peak * floor`. */
export interface LearningRate {
  readonly peak: number;
  readonly warmup: number;
  readonly floor: number;
}

export type InputDefinition =
  | { readonly kind: 'number'; readonly encodings: readonly EncodingDefinition[] }
  /** Names seen in fewer training rows than `minimumRows` share the row for unknown names, so that this row is trained too. */
  | { readonly kind: 'embedding'; readonly dimensions: number; readonly minimumRows: number };

export type EncodingDefinition =
  /** (f(x) - mean) / deviation of the training rows, clipped; f is log(1 + x) where declared, which suits counts. */
  | { readonly kind: 'standard'; readonly log1p: boolean; readonly clip: number }
  /** Sine and cosine, so that the end of a period lies beside its beginning. */
  | { readonly kind: 'cyclic'; readonly period: number }
  | { readonly kind: 'one-hot'; readonly values: readonly number[] };
