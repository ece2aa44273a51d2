// What /v1 makes of a model: instances in, predictions out. Two kinds of model have it: those of the kit (score-model.ts) and
// those that were imported (tensor-model.ts).

import type { RowSource } from '@flightdeck/inference';
import type { Tensors } from '@flightdeck/onnx';
import type { Signature } from '@flightdeck/registry';
import type { FeatureLookup } from './feature-lookup.ts';
import { scoreModel } from './score-model.ts';
import { tensorModel } from './tensor-model.ts';

/** What the caller should know about one instance's answer. */
export interface InstanceNotes {
  /** Inputs that were absent or null, and so took their declared default (or were sent as missing). */
  readonly defaulted: readonly string[];
  /** Categorical inputs whose value the model never saw in training. */
  readonly unknown: readonly string[];
  /** Features that were looked up, and whose events have not been heard of for longer than they declare. */
  readonly stale: readonly string[];
}

/** What made predictions: the version, and what their ids begin with. */
export interface PredictionSource {
  readonly version: number;
  readonly idPrefix: string;
}

interface Named {
  readonly predictionId: string;
  readonly version: number;
}

export interface ScorePrediction extends InstanceNotes, Named {
  readonly probability: number;
  /** Whether the probability reaches the threshold that the version was registered with. */
  readonly positive: boolean;
}

export interface TensorPrediction extends Named {
  /** One value an output, nested in the row's shape. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

export type Prediction = ScorePrediction | TensorPrediction;

/** Instances that have been read, and how to say what the model makes of them. */
export interface InstanceBatch {
  readonly rows: RowSource;
  /** One per instance; none for a model that was imported. */
  readonly notes: readonly InstanceNotes[];
  /** When what is predicted happens, milliseconds since 1970 UTC, one per instance. Now if left out. */
  readonly eventTimes?: Float64Array;
  /** Where the features come from that were not given in all rows, for the log: places in `featureStatuses`, one per instance. */
  readonly statuses?: () => Readonly<Record<string, Uint8Array>>;
  /** One per instance, in order, from the model's outputs for `rows`. */
  predictions(outputs: Tensors, source: PredictionSource): readonly Prediction[];
}

export interface DomainModel {
  /** The outputs that predictions are made of. */
  readonly outputs: readonly string[];
  /** Throws what names the instance by its position (from 0), the field, what was expected and what came. */
  read(instances: readonly unknown[]): InstanceBatch | Promise<InstanceBatch>;
}

/** `lookup`: where features come from that an instance lacks. */
export function domainModel(signature: Signature, lookup: FeatureLookup | null): DomainModel {
  return signature.kind === 'score' ? scoreModel(signature, lookup) : tensorModel(signature);
}
