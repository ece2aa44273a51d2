import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelDefinition } from './model-definition.ts';
import {
  applyTrial,
  declaredTrial,
  type SearchSpace,
  sampleTrials,
  searchSpaceOf,
  trialParametersSchema,
} from './search.ts';
import { toyModel } from './toy-model.fixture.ts';

const space: SearchSpace = {
  learningRate: { low: 1e-4, high: 1e-1, scale: 'log' },
  dropout: { low: 0, high: 0.5, scale: 'linear' },
  hidden: { choices: [[8], [16, 8]] },
};

describe('parameters of a trial', () => {
  it.each([
    { learningRate: 0 },
    { learningRate: Number.NaN },
    { dropout: 1 },
    { hidden: [0] },
    { epochs: 1.5 },
    { optimizer: 'sgd' },
  ])('are refused: %o', (parameters) => {
    expect(trialParametersSchema.safeParse(parameters).success).toBe(false);
  });

  it('change what they name and nothing else', () => {
    const { network } = toyModel('unused');
    expect(applyTrial(network, {})).toEqual(network);
    expect(applyTrial(network, { learningRate: 0.5, hidden: [3] })).toEqual({
      ...network,
      hidden: [3],
      learningRate: { ...network.learningRate, peak: 0.5 },
    });
  });
});

describe('a search', () => {
  it('refuses a space that leads out of what may be varied', () => {
    expect(() => sampleTrials({ dropout: { choices: [2] } }, 2, 1)).toThrow();
  });

  it('tries the declared network first, then different ones, all inside the space', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (count, seed) => {
        const [declared, ...others] = sampleTrials(space, count, seed);
        expect(declared).toEqual({});
        expect(others).toHaveLength(count - 1);
        expect(new Set(others.map((trial) => JSON.stringify(trial))).size).toBe(count - 1);
        for (const { learningRate, dropout, hidden } of others) {
          expect(learningRate).toBeGreaterThanOrEqual(1e-4);
          expect(learningRate).toBeLessThanOrEqual(1e-1);
          expect(dropout).toBeLessThanOrEqual(0.5);
          expect([[8], [16, 8]]).toContainEqual(hidden);
        }
      }),
    );
  });

  it('is the same for the same seed, and another for another', () => {
    expect(sampleTrials(space, 5, 7)).toEqual(sampleTrials(space, 5, 7));
    expect(sampleTrials(space, 5, 7)).not.toEqual(sampleTrials(space, 5, 8));
  });

  it('on a logarithmic scale draws as often below the geometric mean as above', () => {
    const rates = sampleTrials(space, 400, 1).flatMap(({ learningRate }) => learningRate ?? []);
    const below = rates.filter((rate) => rate < Math.sqrt(1e-4 * 1e-1)).length;
    expect(below / rates.length).toBeGreaterThan(0.42); // 4 standard errors
    expect(below / rates.length).toBeLessThan(0.58);
  });

  it('ends early where the space is used up', () => {
    expect(sampleTrials({ hidden: { choices: [[1], [2]] } }, 10, 1)).toHaveLength(3);
  });

  it('takes the declared space, or one around the declared network', () => {
    const model: ModelDefinition = toyModel('unused');
    expect(searchSpaceOf({ ...model, search: space })).toBe(space);
    const { learningRate } = searchSpaceOf(model);
    const { peak } = model.network.learningRate;
    expect(learningRate).toEqual({ low: peak / 3, high: peak * 3, scale: 'log' });
    expect(sampleTrials(searchSpaceOf(model), 6, 1)).toHaveLength(6);
  });

  it('knows what a trial has that changes nothing', () => {
    const { network } = toyModel('unused');
    const declared = declaredTrial(network);
    expect(trialParametersSchema.parse(declared)).toEqual(declared);
    expect(applyTrial({ ...network, hidden: [1], dropout: 0.5, epochs: 1 }, declared)).toEqual(network);
  });
});
