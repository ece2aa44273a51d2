import { type Random, seededRandom } from '@flightdeck/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { FeatureValues } from './scoring-version.ts';
import { shapleyValues } from './shapley.ts';

const features = ['a', 'b', 'c'];
const number = (row: FeatureValues, name: string) => Number(row[name]);
const normals = (random: Random) => ({ a: random.normal(), b: random.normal(), c: random.normal() });

const explain = (value: (row: FeatureValues) => number, row: FeatureValues, pairs = 400) =>
  shapleyValues({
    ...{ features, row, pairs, draw: normals, random: seededRandom(7) },
    value: async (rows) => rows.map(value),
  });

it('adds up to the value, whatever the function is', async () => {
  const weights = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 4, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(weights, async ([p, q, r, s]) => {
      const value = (row: FeatureValues) =>
        p! * number(row, 'a') + q! * number(row, 'b') * number(row, 'c') + r! * number(row, 'c') ** 2 + s!;
      const row = { a: 1, b: -2, c: 3 };
      const { base, contributions } = await explain(value, row, 20);
      const total = contributions.reduce((sum, { mean }) => sum + mean, base);
      expect(total).toBeCloseTo(value(row), 8);
    }),
  );
});

it('gives each summand of a sum what it is above its average, and what is not looked at nothing', async () => {
  const { base, contributions } = await explain((row) => 2 * number(row, 'a') + 5 * number(row, 'b'), {
    a: 1,
    b: -1,
    c: 9,
  });
  expect(contributions[2]).toEqual({ mean: 0, standardError: 0 });
  for (const [feature, truth] of [2, -5].entries()) {
    const { mean, standardError } = contributions[feature]!;
    expect(Math.abs(mean - truth)).toBeLessThan(4 * standardError);
  }
  // 400 draws of a standard normal, times 2.
  expect(contributions[0]!.standardError).toBeCloseTo(2 / 20, 1);
  expect(Math.abs(base)).toBeLessThan(1);
});

it('shares what two features do together among them', async () => {
  // The truth, over centred and independent draws: half of the product each.
  const { contributions } = await explain((row) => number(row, 'a') * number(row, 'b'), { a: 2, b: 3, c: 0 });
  for (const { mean, standardError } of contributions.slice(0, 2))
    expect(Math.abs(mean - 3)).toBeLessThan(4 * standardError);
});

it('asks for the rows that it says, in runs of a bounded size', async () => {
  const sizes: number[] = [];
  const answer = await shapleyValues({
    ...{ features, row: { a: 1, b: 1, c: 1 }, pairs: 300, draw: normals, random: seededRandom(7) },
    value: async (rows) => {
      sizes.push(rows.length);
      return rows.map(() => 0);
    },
  });
  expect(sizes).toEqual([1_024, 1_024, 352]);
  expect(answer.rows).toBe(2_400);
});
