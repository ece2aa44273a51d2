// A candidate: preprocessing fitted, network trained, probabilities calibrated, held-out rows scored.

import { type Calibration, calibrate, fitCalibration } from '../calibration.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import { type Epoch, fitNetwork, type LabelledRows, predictLogits } from '../fit.ts';
import type { ModelDefinition } from '../model-definition.ts';
import { type NetworkWeights, weightsOf } from '../network.ts';
import type { NetworkDefinition } from '../network-definition.ts';
import { encodeRows, type FittedInput, fitPreprocessing } from '../preprocessing.ts';
import type { TrainingData } from './data.ts';
import type { Tell } from './stages.ts';

export interface EncodedParts {
  readonly train: LabelledRows;
  readonly validation: LabelledRows;
  readonly test: LabelledRows;
}

export interface Candidate {
  readonly weights: NetworkWeights;
  readonly calibration: Calibration;
  readonly epochs: readonly Epoch[];
  readonly bestEpoch: number;
  /** Calibrated probabilities. */
  readonly validationScores: Float32Array;
  readonly testScores: Float32Array;
}

/** Fits the preprocessing on the training rows and encodes all parts with it. */
export function encodeParts(
  model: ModelDefinition,
  data: TrainingData,
): { inputs: FittedInput[]; parts: EncodedParts } {
  const inputs = fitPreprocessing(model.network, data.train);
  const encode = (part: FeatureColumns): LabelledRows => ({
    encoded: encodeRows(inputs, part),
    labels: part.labels,
  });
  return {
    inputs,
    parts: { train: encode(data.train), validation: encode(data.validation), test: encode(data.test) },
  };
}

/** Trains a network, calibrates it on the validation rows and scores the held-out parts. */
export async function trainCandidate(
  definition: NetworkDefinition,
  inputs: readonly FittedInput[],
  parts: EncodedParts,
  seed: number,
  tell: Tell,
  signal: AbortSignal | undefined,
): Promise<Candidate> {
  const { network, epochs, bestEpoch } = await fitNetwork(definition, inputs, parts.train, parts.validation, {
    seed,
    signal,
    onEpoch: ({ epoch, validationLoss }) =>
      tell(
        `Epoch ${epoch} of ${definition.epochs}: validation loss ${validationLoss.toFixed(4)}`,
        epoch / definition.epochs,
      ),
  });
  const validationLogits = predictLogits(network, parts.validation.encoded);
  const calibration = fitCalibration(validationLogits, parts.validation.labels);
  const candidate: Candidate = {
    weights: weightsOf(network),
    calibration,
    epochs,
    bestEpoch,
    validationScores: calibrate(validationLogits, calibration),
    testScores: calibrate(predictLogits(network, parts.test.encoded), calibration),
  };
  for (const variable of network.variables) variable.dispose();
  return candidate;
}
