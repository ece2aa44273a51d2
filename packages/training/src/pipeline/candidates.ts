// A candidate: a network trained, its probabilities calibrated, held-out rows scored. In two steps that only weights connect, because
// in a search they run at different times, and perhaps on different machines.

import { type Calibration, calibrate, fitCalibration } from '../calibration.ts';
import type { FeatureColumns } from '../feature-columns.ts';
import { type Epoch, fitNetwork, type LabelledRows, predictLogits } from '../fit.ts';
import { type NetworkWeights, networkOf, weightsOf } from '../network.ts';
import type { NetworkDefinition } from '../network-definition.ts';
import { encodeRows, type FittedInput } from '../preprocessing.ts';
import type { Tell } from './stages.ts';

export interface EncodedParts {
  readonly train: LabelledRows;
  readonly validation: LabelledRows;
  readonly test: LabelledRows;
}

/** What training leaves. */
export interface TrainedWeights {
  readonly weights: NetworkWeights;
  readonly epochs: readonly Epoch[];
  readonly bestEpoch: number;
}

export interface Candidate extends TrainedWeights {
  readonly calibration: Calibration;
  /** Calibrated probabilities. */
  readonly validationScores: Float32Array;
  readonly testScores: Float32Array;
}

export function encodePart(inputs: readonly FittedInput[], part: FeatureColumns): LabelledRows {
  return { encoded: encodeRows(inputs, part), labels: part.labels };
}

export function encodeParts(
  inputs: readonly FittedInput[],
  { train, validation, test }: Readonly<Record<keyof EncodedParts, FeatureColumns>>,
): EncodedParts {
  return {
    train: encodePart(inputs, train),
    validation: encodePart(inputs, validation),
    test: encodePart(inputs, test),
  };
}

export async function trainWeights(
  definition: NetworkDefinition,
  inputs: readonly FittedInput[],
  { train, validation }: Pick<EncodedParts, 'train' | 'validation'>,
  seed: number,
  tell: Tell,
  signal: AbortSignal | undefined,
  keepEpoch?: (epoch: Epoch) => Promise<void>,
): Promise<TrainedWeights> {
  const { network, epochs, bestEpoch } = await fitNetwork(definition, inputs, train, validation, {
    seed,
    signal,
    async onEpoch(of) {
      tell(
        `Epoch ${of.epoch} of ${definition.epochs}: validation loss ${of.validationLoss.toFixed(4)}`,
        of.epoch / definition.epochs,
      );
      await keepEpoch?.(of);
    },
  });
  const weights = weightsOf(network);
  for (const variable of network.variables) variable.dispose();
  return { weights, epochs, bestEpoch };
}

/** Calibrates on the validation rows, and scores the held-out parts. */
export function completeCandidate(
  trained: TrainedWeights,
  inputs: readonly FittedInput[],
  { validation, test }: Pick<EncodedParts, 'validation' | 'test'>,
): Candidate {
  const { calibration, scores } = calibrateOn(validation, trained.weights, inputs);
  const testScores = calibrate(logitsOf(trained.weights, inputs, test), calibration);
  return { ...trained, calibration, validationScores: scores, testScores };
}

export function calibrateOn(
  validation: LabelledRows,
  weights: NetworkWeights,
  inputs: readonly FittedInput[],
): { calibration: Calibration; scores: Float32Array } {
  const logits = logitsOf(weights, inputs, validation);
  const calibration = fitCalibration(logits, validation.labels);
  return { calibration, scores: calibrate(logits, calibration) };
}

function logitsOf(
  weights: NetworkWeights,
  inputs: readonly FittedInput[],
  { encoded }: LabelledRows,
): Float32Array {
  const network = networkOf(weights, inputs);
  const logits = predictLogits(network, encoded);
  for (const variable of network.variables) variable.dispose();
  return logits;
}
