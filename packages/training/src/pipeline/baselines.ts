// The baselines: what the network has to be worth it against, trained on the same split every time.

import type { NetworkDefinition } from '../network-definition.ts';
import type { FittedInput } from '../preprocessing.ts';
import { completeCandidate, type EncodedParts, trainWeights } from './candidates.ts';
import type { Tell } from './stages.ts';

/** Calibrated test scores by baseline, from rows that are encoded already: the network's preprocessing suits logistic regression as well. */
export async function trainBaselines(
  network: NetworkDefinition,
  inputs: readonly FittedInput[],
  parts: EncodedParts,
  seed: number,
  tell: Tell,
  signal: AbortSignal | undefined,
): Promise<{ logistic: Float32Array; constant: Float32Array }> {
  const coefficients = inputs.map((input) =>
    input.kind === 'category' ? { ...input, dimensions: 1 } : input,
  );
  const trained = await trainWeights(logisticRegression(network), coefficients, parts, seed, tell, signal);
  const { testScores } = completeCandidate(trained, coefficients, parts);
  return { logistic: testScores, constant: constantScores(parts) };
}

/**
 * Logistic regression is the same network without hidden layers: a category's one-dimensional embedding is its coefficient.
 * The problem is convex and has few weights, so it can take larger steps.
 */
function logisticRegression(network: NetworkDefinition): NetworkDefinition {
  const learningRate = { ...network.learningRate, peak: 4 * network.learningRate.peak };
  return { ...network, hidden: [], dropout: 0, learningRate };
}

/** The share of the training rows that is positive, for every test row. */
function constantScores({ train, test }: EncodedParts): Float32Array {
  const positives = train.labels.reduce((sum, label) => sum + label, 0);
  return new Float32Array(test.labels.length).fill(positives / train.labels.length);
}
