// The baselines: what the network has to be worth it against, trained on the same split every time.

import type { FeatureColumns } from '../feature-columns.ts';
import type { ModelDefinition } from '../model-definition.ts';
import type { NetworkDefinition } from '../network-definition.ts';
import { encodeParts, trainCandidate } from './candidates.ts';
import type { TrainingData } from './data.ts';
import type { Tell } from './stages.ts';

/** Calibrated test scores by baseline. */
export async function trainBaselines(
  model: ModelDefinition,
  data: TrainingData,
  seed: number,
  tell: Tell,
  signal: AbortSignal | undefined,
): Promise<{ logistic: Float32Array; constant: Float32Array }> {
  const definition = logisticRegression(model.network);
  const { inputs, parts } = encodeParts({ ...model, network: definition }, data);
  const logistic = await trainCandidate(definition, inputs, parts, seed, tell, signal);
  return { logistic: logistic.testScores, constant: constantScores(data.train, data.test.rows) };
}

/**
 * Logistic regression is the same network without hidden layers: a category's one-dimensional embedding is its coefficient.
 * The problem is convex and has few weights, so it can take larger steps.
 */
function logisticRegression(network: NetworkDefinition): NetworkDefinition {
  const inputs = Object.entries(network.inputs).map(
    ([name, input]) => [name, input.kind === 'embedding' ? { ...input, dimensions: 1 } : input] as const,
  );
  const learningRate = { ...network.learningRate, peak: 4 * network.learningRate.peak };
  return { ...network, inputs: Object.fromEntries(inputs), hidden: [], dropout: 0, learningRate };
}

/** The share of the training rows that is positive, for every row. */
function constantScores(train: FeatureColumns, rows: number): Float32Array {
  const positives = train.labels.reduce((sum, label) => sum + label, 0);
  return new Float32Array(rows).fill(positives / train.rows);
}
