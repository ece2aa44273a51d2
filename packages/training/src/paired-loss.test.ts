import { seededRandom } from '@flightdeck/core';
import { drawBlocks } from '@flightdeck/stats';
import { expect, it } from 'vitest';
import { wideLossInterval } from './paired-loss.ts';

it("is Student's interval where that is known: for the mean of 16 equal days", () => {
  const random = seededRandom(16);
  const days = Array.from({ length: 16 }, () => random.normal());
  const mean = days.reduce((sum, day) => sum + day) / 16;
  const deviation = Math.sqrt(days.reduce((sum, day) => sum + (day - mean) ** 2, 0) / 15);
  const draws = drawBlocks(16, 40_000, seededRandom(17));
  const resamples = draws.map((weights) => days.reduce((sum, day, i) => sum + day * weights[i]!, 0) / 16);

  const { low, high } = wideLossInterval({ value: mean, resamples }, 16, 0.99);
  const t = 2.9467; // 0.995 quantile at 15 degrees of freedom, from any table
  expect((low + high) / 2).toBeCloseTo(mean, 12);
  expect((high - low) / 2 / ((t * deviation) / 4)).toBeCloseTo(1, 2);
});

it('says nothing from a single day', () => {
  const { low, high } = wideLossInterval({ value: 0.1, resamples: [0.1, 0.1] }, 1, 0.95);
  expect([low, high]).toEqual([Number.NaN, Number.NaN]);
});
