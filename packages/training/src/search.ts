// Hyperparameter search: what of a network may be varied, the space it is drawn from, and the draws. Random search (Bergstra and
// Bengio 2012): as good as a grid with far fewer trials where few of the dials matter, and every trial can run anywhere.

import { hashOf, type Random, seededRandom } from '@flightdeck/core';
import { z } from 'zod';
import type { ModelDefinition } from './model-definition.ts';
import type { NetworkDefinition } from './network-definition.ts';

/** What a trial changes of the declared network; what it leaves out stays as declared. */
export const trialParametersSchema = z.strictObject({
  learningRate: z.number().positive().max(1).optional(),
  hidden: z.array(z.int().min(1).max(4096)).max(8).optional(),
  dropout: z.number().min(0).max(0.9).optional(),
  l2: z.number().min(0).max(1).optional(),
  epochs: z.int().min(1).max(1000).optional(),
  batchSize: z.int().min(1).max(65_536).optional(),
});
export type TrialParameters = z.infer<typeof trialParametersSchema>;

/** What may be tried: a list of values, or for a number everything between two, evenly or (`log`) evenly in its logarithm. */
export type SearchSpace = {
  readonly [Name in keyof TrialParameters]?: Dimension<NonNullable<TrialParameters[Name]>>;
};
type Dimension<Value> = { readonly choices: readonly Value[] } | (Value extends number ? Range : never);
interface Range {
  readonly low: number;
  readonly high: number;
  readonly scale: 'linear' | 'log';
}

/** The model's own space, or the neighbourhood of its declared network: how fast and how freely it learns, and how wide it is. */
export function searchSpaceOf({ search, network }: ModelDefinition): SearchSpace {
  if (search) return search;
  const { learningRate, hidden } = network;
  return {
    learningRate: { low: learningRate.peak / 3, high: learningRate.peak * 3, scale: 'log' },
    l2: { low: 1e-6, high: 1e-4, scale: 'log' },
    dropout: { choices: [0, 0.1] },
    hidden: { choices: [hidden, hidden.map((width) => 2 * width)].map((widths) => [...widths]) },
  };
}

/**
 * `count` different trials. The first changes nothing, so that a search never ends below the declared network. Fewer where the
 * space does not hold so many. Same seed, same trials.
 */
export function sampleTrials(space: SearchSpace, count: number, seed: number): TrialParameters[] {
  const random = seededRandom(seed);
  const trials = new Map<string, TrialParameters>([[hashOf({}), {}]]);
  for (let draws = 0; trials.size < count && draws < 20 * count; draws++) {
    const trial = drawTrial(space, random);
    trials.set(hashOf(trial), trial);
  }
  return [...trials.values()];
}

function drawTrial(space: SearchSpace, random: Random): TrialParameters {
  const drawn = Object.entries(space).map(([name, dimension]) => [name, draw(dimension, random)]);
  return trialParametersSchema.parse(Object.fromEntries(drawn));
}

function draw(dimension: Dimension<number> | Dimension<number[]>, random: Random): unknown {
  if ('choices' in dimension) return dimension.choices[random.integer(dimension.choices.length)];
  const { low, high, scale } = dimension;
  const share = random.uniform();
  const value = scale === 'log' ? low * (high / low) ** share : low + (high - low) * share;
  return Number(value.toPrecision(3)); // no trial depends on the fourth digit, and people read these
}

/** What a trial that changes nothing has. */
export function declaredTrial(network: NetworkDefinition): TrialParameters {
  const { learningRate, hidden, dropout, l2, epochs, batchSize } = network;
  return { learningRate: learningRate.peak, hidden: [...hidden], dropout, l2, epochs, batchSize };
}

/** The declared network with a trial's changes. */
export function applyTrial(network: NetworkDefinition, trial: TrialParameters): NetworkDefinition {
  const { learningRate: peak, ...changes } = trial;
  const learningRate = { ...network.learningRate, ...(peak !== undefined && { peak }) };
  return { ...network, ...changes, learningRate };
}
