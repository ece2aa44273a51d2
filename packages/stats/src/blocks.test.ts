import { seededRandom } from '@flightdeck/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawBlocks, numberBlocks, percentileInterval } from './blocks.ts';
import { logLoss, logLossSums } from './probability-scores.ts';
import { quantile } from './quantile.ts';
import { areasByBlock, prAuc, rocAuc } from './ranked-areas.ts';
import { rankByScore } from './ranking.ts';
import { calibrationErrorSums, expectedCalibrationError } from './reliability.ts';
import { sumsByBlock } from './row-sums.ts';

describe('quantiles', () => {
  it('of nothing, or of something that is no number, are NaN', () => {
    expect(quantile([], 0.5)).toBeNaN();
    expect(quantile([1, Number.NaN, 2], 0)).toBeNaN();
  });

  it('survive infinities', () => {
    expect(quantile([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 1], 0.75)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });
});

describe('blocks', () => {
  it('are numbered without gaps: an id that no row has is never drawn', () => {
    const blocks = numberBlocks(Int32Array.of(900, -5, 900, 17));
    expect(blocks).toEqual({ count: 3, of: Uint32Array.of(2, 0, 2, 1) });
  });

  it('are drawn alike for a seed, and as many as there are', () => {
    const draw = (seed: number) => drawBlocks(16, 100, seededRandom(seed));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    for (const weights of draw(1)) expect(weights.reduce((sum, weight) => sum + weight)).toBe(16);
  });
});

describe('a metric of a resample', () => {
  const givenRows = fc.array(
    fc.record({
      score: fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
      label: fc.integer({ min: 0, max: 1 }),
      block: fc.integer({ min: 0, max: 4 }),
    }),
    { minLength: 1, maxLength: 40 },
  );

  it('is the metric of the rows of the drawn days, each as often as it was drawn', () => {
    fc.assert(
      fc.property(givenRows, fc.integer(), (rows, seed) => {
        const scores = Float64Array.from(rows, (row) => row.score);
        const labels = Uint8Array.from(rows, (row) => row.label);
        const blocks = numberBlocks(Int32Array.from(rows, (row) => row.block));
        const [draw] = drawBlocks(blocks.count, 1, seededRandom(seed));
        const drawn = rows.flatMap((row, i) => Array<typeof row>(draw![blocks.of[i]!]!).fill(row));
        const drawnScores = Float64Array.from(drawn, (row) => row.score);
        const drawnLabels = Uint8Array.from(drawn, (row) => row.label);

        const ranking = rankByScore(scores);
        const areas = areasByBlock(ranking, labels, blocks)(draw!);
        const loss = sumsByBlock(logLossSums(scores, labels), ranking.rows, blocks)(draw!);
        const error = sumsByBlock(calibrationErrorSums(scores, labels), ranking.rows, blocks)(draw!);
        expectSame(areas.rocAuc, rocAuc(drawnScores, drawnLabels));
        expectSame(areas.prAuc, prAuc(drawnScores, drawnLabels));
        expectSame(loss, logLoss(drawnScores, drawnLabels));
        expectSame(error, expectedCalibrationError(drawnScores, drawnLabels));
      }),
    );
  });

  function expectSame(actual: number, expected: number): void {
    if (Number.isNaN(expected)) expect(actual).toBeNaN();
    else expect(actual).toBeCloseTo(expected, 12);
  }
});

describe('the interval', () => {
  const days = 40;
  const perDay = 100;
  const random = seededRandom(5);
  const dayMeans = Float64Array.from({ length: days }, () => 0.2 + 0.1 * random.uniform());
  const rows = Uint32Array.from({ length: days * perDay }, (_, row) => row);
  const mean = {
    width: 2,
    add: (row: number, weight: number, sums: Float64Array, offset: number) => {
      sums[offset]! += weight * dayMeans[Math.floor(row / perDay)]!;
      sums[offset + 1]! += weight;
    },
    finish: (sums: Float64Array) => sums[0]! / sums[1]!,
  };

  it('is as wide as the spread between days says, however many rows a day has', () => {
    const blocks = numberBlocks(Int32Array.from(rows, (row) => Math.floor(row / perDay)));
    const resampled = drawBlocks(days, 4_000, seededRandom(6)).map(sumsByBlock(mean, rows, blocks));
    const { low, high } = percentileInterval(resampled, 0.95);
    // The mean of equal days has the standard error sd / sqrt(days).
    const centre = dayMeans.reduce((sum, x) => sum + x) / days;
    const variance = dayMeans.reduce((sum, x) => sum + (x - centre) ** 2, 0) / days;
    const expected = 2 * 1.96 * Math.sqrt(variance / days);
    expect((high - low) / expected).toBeGreaterThan(0.95);
    expect((high - low) / expected).toBeLessThan(1.05);
    expect((low + high) / 2).toBeCloseTo(centre, 3);
  });

  it('would be ten times too narrow if the 100 rows of a day were drawn one by one', () => {
    const eachRow = numberBlocks(Int32Array.from(rows));
    const byRow = drawBlocks(rows.length, 200, seededRandom(6)).map(sumsByBlock(mean, rows, eachRow));
    const blocks = numberBlocks(Int32Array.from(rows, (row) => Math.floor(row / perDay)));
    const byDay = drawBlocks(days, 200, seededRandom(6)).map(sumsByBlock(mean, rows, blocks));
    const width = (resampled: number[]) => {
      const { low, high } = percentileInterval(resampled, 0.95);
      return high - low;
    };
    expect(width(byDay) / width(byRow)).toBeGreaterThan(8);
    expect(width(byDay) / width(byRow)).toBeLessThan(12);
  });
});
