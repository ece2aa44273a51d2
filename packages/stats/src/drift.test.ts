import { seededRandom } from '@flightdeck/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binnedRocAuc } from './binned-scores.ts';
import { chiSquareHomogeneity } from './chi-square.ts';
import { jensenShannonDistance } from './jensen-shannon.ts';
import { binnedKolmogorovSmirnov, kolmogorovSmirnovP } from './kolmogorov-smirnov.ts';
import { rocAuc } from './ranked-areas.ts';
import { fitLine } from './recalibration.ts';
import { pool, poolNeighbours, poolRareCategories, sharesOf } from './shares.ts';
import { stabilityIndex, stabilityNoise } from './stability-index.ts';
import { binnedWasserstein } from './wasserstein.ts';

const pairs = fc
  .array(fc.tuple(fc.nat(50), fc.nat(50)), { minLength: 1, maxLength: 12 })
  .map((cells) => [cells.map(([a]) => a), cells.map(([, b]) => b)] as const);

const distances = {
  stabilityIndex,
  jensenShannonDistance,
  binnedKolmogorovSmirnov,
  wasserstein: (a: readonly number[], b: readonly number[]) =>
    binnedWasserstein(
      a.slice(1).map((_, i) => i),
      a,
      b,
    ),
};

describe.each(Object.entries(distances))('%s', (_, distance) => {
  it('is zero between equal shares, and never negative', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(distance(a, b)).toBeGreaterThanOrEqual(0);
        expect(distance(a, a)).toBeCloseTo(0, 12);
      }),
    );
  });

  it('does not care which of the two came first', () => {
    fc.assert(
      fc.property(pairs, ([a, b]) => {
        expect(distance(a, b)).toBeCloseTo(distance(b, a), 12);
      }),
    );
  });
});

it('nothing has no shares, and is no reason for an alarm', () => {
  expect(sharesOf([0, 0])).toEqual(Float64Array.of(0, 0));
  expect(chiSquareHomogeneity([5, 0], [7, 0])).toEqual({ statistic: 0, degrees: 0, p: 1 });
  expect(stabilityIndex([0, 0], [0, 0])).toBe(0);
  expect(binnedWasserstein([], [10], [3])).toBe(0);
});

describe('bins too rare to be compared', () => {
  it('share one group where they are categories, whatever the window holds of them', () => {
    const grouping = poolRareCategories([500, 1, 0, 499], 100);
    expect(grouping).toEqual({ groups: 3, of: Int32Array.of(0, 2, 2, 1) });
    expect(pool([10, 2, 3, 20], grouping)).toEqual(Float64Array.of(10, 20, 5));
  });

  it('are not invented where all are common', () => {
    expect(poolRareCategories([50, 50], 100).groups).toBe(2);
    expect(poolNeighbours([50, 50], 100).groups).toBe(2);
  });

  it('join their neighbours where they are numbers, so that each group expects five rows', () => {
    const quantiles = Array<number>(20).fill(50);
    expect(poolNeighbours(quantiles, 18)).toMatchObject({ groups: 3 });
    expect([...poolNeighbours(quantiles, 18).of].join('')).toBe('00000011111122222222');
    expect(poolNeighbours([0, 900, 0, 100], 100)).toEqual({ groups: 2, of: Int32Array.of(0, 0, 1, 1) });
  });

  it('leave one group where there are not ten rows to compare, or none', () => {
    expect(poolNeighbours([50, 50], 9).groups).toBe(1);
    expect(poolNeighbours([50, 50], Number.NaN).groups).toBe(1);
    expect(poolRareCategories([50, 50], Number.NaN).groups).toBe(1);
  });

  it('have expected five in every group, for any reference', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(100), { minLength: 2, maxLength: 20 }),
        fc.integer({ min: 10, max: 500 }),
        (counts, rows) => {
          fc.pre(counts.some((count) => count > 0));
          const grouping = poolNeighbours(counts, rows);
          const expected = pool(
            [...sharesOf(counts)].map((share) => share * rows),
            grouping,
          );
          expect(Math.min(...expected)).toBeGreaterThanOrEqual(5 - 1e-9);
          expect([...grouping.of]).toEqual([...grouping.of].sort((a, b) => a - b));
        },
      ),
    );
  });
});

/** `rows` rows over the bins of `shares`. */
function draw(shares: Float64Array, rows: number, random: ReturnType<typeof seededRandom>): Float64Array {
  const counts = new Float64Array(shares.length);
  for (let row = 0; row < rows; row++) {
    let left = random.uniform();
    let bin = 0;
    while (bin < shares.length - 1 && left >= shares[bin]!) left -= shares[bin++]!;
    counts[bin]! += 1;
  }
  return counts;
}

describe('where nothing has changed', () => {
  const random = seededRandom(5);
  const shares = sharesOf(Array.from({ length: 20 }, (_, i) => i + 5));
  const windows = Array.from({ length: 400 }, () => [draw(shares, 4_000, random), draw(shares, 500, random)]);

  it('the stability index is on average what stabilityNoise says', () => {
    const mean = windows.reduce((sum, [a, b]) => sum + stabilityIndex(a!, b!), 0) / windows.length;
    expect(mean / stabilityNoise(20, 500, 4_000)).toBeGreaterThan(0.93);
    expect(mean / stabilityNoise(20, 500, 4_000)).toBeLessThan(1.07);
  });

  it('the tests cry wolf no more often than they say', () => {
    const chi = windows.filter(([a, b]) => chiSquareHomogeneity(a!, b!).p < 0.05).length;
    const smirnov = windows.filter(
      ([a, b]) => kolmogorovSmirnovP(binnedKolmogorovSmirnov(a!, b!), 4_000, 500) < 0.05,
    ).length;
    // 20 expected; three standard errors are 13. In bins Kolmogorov and Smirnov's is conservative.
    expect(chi).toBeGreaterThan(7);
    expect(chi).toBeLessThan(33);
    expect(smirnov).toBeLessThan(33);
  });
});

describe('binned scores', () => {
  it('have an area that differs from the exact one by no more than the stated error', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), { minLength: 2 }),
        fc.integer({ min: 1, max: 40 }),
        (given, bins) => {
          fc.pre(given.some(([, label]) => label) && given.some(([, label]) => !label));
          const counts = { negatives: new Float64Array(bins), positives: new Float64Array(bins) };
          for (const [score, label] of given)
            counts[label ? 'positives' : 'negatives'][Math.min(bins - 1, Math.floor(score * bins))]! += 1;
          const exact = rocAuc(
            Float64Array.from(given, ([score]) => score),
            Uint8Array.from(given, ([, label]) => Number(label)),
          );
          const { value, error } = binnedRocAuc(counts);
          expect(Math.abs(value - exact)).toBeLessThanOrEqual(error + 1e-12);
        },
      ),
    );
  });

  it('of one class have no area', () => {
    expect(binnedRocAuc({ negatives: [1, 2], positives: [0, 0] }).value).toBeNaN();
  });
});

describe('no line is best', () => {
  const logits = [-2, 0, 2];

  it.each([
    ['where a class is missing', { negatives: [5, 5, 5], positives: [0, 0, 0] }],
    ['where all rows share a bin', { negatives: [0, 5, 0], positives: [0, 5, 0] }],
    ['where the scores separate the classes', { negatives: [5, 0, 0], positives: [0, 0, 5] }],
    ['where there is nothing', { negatives: [0, 0, 0], positives: [0, 0, 0] }],
  ])('%s', (_, rows) => {
    expect(fitLine(logits, rows)).toBeNull();
  });
});
