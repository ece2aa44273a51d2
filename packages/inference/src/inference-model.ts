// A model that answers requests: what is behind it (one run a request, batches, a pool of threads) is its own affair.

import type { TensorInfo, Tensors } from '@flightdeck/onnx';
import type { RowSource } from './row-source.ts';
import type { RunCost } from './run-cost.ts';

export interface Work {
  readonly rows: RowSource;
  /** The outputs to compute; all of them if left out. */
  readonly outputs?: readonly string[];
  /** On the clock of `performance.now()`. What cannot be answered by then is refused, at once where that is foreseeable. */
  readonly deadline: number;
}

export interface Inference {
  /** This request's rows alone, in its order. */
  readonly outputs: Tensors;
  /** Milliseconds from `infer` to the start of the (first) run, and of the run(s) it was part of. */
  readonly queueMs: number;
  readonly runMs: number;
}

/** What a model has to do now. */
export interface ModelLoad {
  readonly queuedRows: number;
  readonly running: number;
  /** How long a request that came now would wait for its run, milliseconds, as far as can be told. */
  readonly waitMs: number;
  /** When a request of one row would be answered: where that is too late, `caution` included, it is not let in. */
  readonly answerMs: number;
}

export interface InferenceModel {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly skippedOutputs: readonly string[];
  /** Where runs happen: on the event loop, or in a pool of worker threads. By the measured cost. */
  readonly placement: 'inline' | 'pool';
  /** Whether rows of several requests share a run (`maxRows` may be less than the limit, to keep runs short), and if not, why. */
  readonly batching: { readonly maxRows: number } | { readonly none: string };
  /** Measured when the model was loaded, and followed since. */
  readonly cost: RunCost;
  /** An estimate of what the model takes, for the memory budget. */
  readonly memoryBytes: number;
  readonly load: ModelLoad;
  /**
   * Throws OVERLOADED (an `Overloaded`, with the time to wait) when the queue is full or the deadline cannot be met: at once, or
   * later if it turns out later, but before anything has run. DEADLINE_EXCEEDED at the deadline, when it passed during the run.
   * MODEL_FAILED_ON_INPUT when the model broke on these rows. MODEL_UNAVAILABLE (retryable) when the thread died that ran them.
   * MODEL_RETIRED (retryable) after `retire`. TOO_MANY_INSTANCES for more rows than may ever wait, INPUT_INVALID for an output that
   * the model does not have.
   */
  infer(work: Work): Promise<Inference>;
  /** Finishes what was accepted, then frees the model. */
  retire(): Promise<void>;
}

/** What a run that went well told, for metrics. A request that is taken whole counts as one row. */
export interface BatchReport {
  readonly rows: number;
  readonly requests: number;
  readonly runMs: number;
}

export interface InferenceLimits {
  /** Most rows in one run. */
  readonly maxBatchRows: number;
  /** How long the first request of a batch waits for company, milliseconds; 0 waits only while each turn of the event loop brings more. */
  readonly maxDelayMs: number;
  /** Most rows that may wait. */
  readonly maxQueuedRows: number;
  /** A run that takes longer than this leaves the event loop, milliseconds. */
  readonly inlineBudgetMs: number;
  /** Threads (and so concurrent runs) of a model in a pool. */
  readonly poolThreads: number;
}

export interface LoadOptions {
  readonly limits: InferenceLimits;
  /**
   * Sound rows, for warm-up, measurement, and to find out whether rows mix: two or more, better. Left out, rows of zeros and empty
   * strings are made up, which not every model can run.
   */
  readonly samples?: RowSource;
  readonly onBatch?: (report: BatchReport) => void;
}
