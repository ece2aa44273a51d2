// Distances between samples, and what blocks and bins do to estimates, against SciPy, NumPy and scikit-learn:
// reference/make-drift-reference.py wrote the numbers.

import { describe, expect, it } from 'vitest';
import reference from '../reference/drift-reference.json' with { type: 'json' };
import { binnedRocAuc } from './binned-scores.ts';
import { effectiveRows, jackknife } from './block-sums.ts';
import { chiSquareHomogeneity, chiSquareSurvival } from './chi-square.ts';
import { jensenShannonDistance } from './jensen-shannon.ts';
import { binnedKolmogorovSmirnov, kolmogorovSmirnovP, kolmogorovSurvival } from './kolmogorov-smirnov.ts';
import { fitLine, lossOfLine, unchanged } from './recalibration.ts';
import { stabilityIndex } from './stability-index.ts';
import { binnedWasserstein } from './wasserstein.ts';

/** Relative, so that a tail of 1e-190 has to be right too. */
function expectClose(actual: number, expected: number, tolerance = 1e-10): void {
  const error = Math.abs(actual - expected);
  expect(error, `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance * Math.abs(expected) + 1e-300);
}

const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);

it('SciPy agrees on the tail of the chi-square distribution, also far out and with many degrees', () => {
  for (const [statistic, degrees, expected] of reference.chiSquare)
    expectClose(chiSquareSurvival(statistic!, degrees!), expected!);
});

it("SciPy agrees on the tail of Kolmogorov's distribution, on both sides of where its series change", () => {
  for (const [x, expected] of reference.kolmogorov) expectClose(kolmogorovSurvival(x!), expected!);
  expect(kolmogorovSurvival(0)).toBe(1);
  expect(kolmogorovSurvival(Number.NaN)).toBeNaN();
});

describe.each([...reference.numbers, ...reference.categories])(
  'SciPy agrees: $name',
  ({ reference, window, expected }) => {
    it('on distances of shares', () => {
      expectClose(stabilityIndex(reference, window), expected.stabilityIndex);
      expectClose(jensenShannonDistance(reference, window), expected.jensenShannon, 1e-9);
    });

    it('on the chi-square test', () => {
      const test = chiSquareHomogeneity(reference, window);
      expectClose(test.statistic, expected.chiSquare.statistic);
      expect(test.degrees).toBe(expected.chiSquare.degrees);
      expectClose(test.p, expected.chiSquare.p);
    });
  },
);

describe.each(reference.numbers)('SciPy agrees: $name', ({ edges, reference, window, expected }) => {
  it('on the distance of distribution functions and its chance', () => {
    const distance = binnedKolmogorovSmirnov(reference, window);
    expectClose(distance, expected.kolmogorovSmirnov);
    expectClose(kolmogorovSmirnovP(distance, total(reference), total(window)), expected.kolmogorovSmirnovP);
  });

  it("on Wasserstein's distance", () => {
    expectClose(binnedWasserstein(edges, reference, window), expected.wasserstein);
  });
});

describe.each(reference.scored)('binned scores, slope and intercept $line', (stored) => {
  it('scikit-learn agrees on the area', () => {
    expectClose(binnedRocAuc(stored).value, stored.rocAuc);
  });

  it('SciPy agrees on the best line and on its loss', () => {
    const line = fitLine(stored.logits, stored)!;
    expectClose(line.slope, stored.line[0]!, 1e-7);
    expectClose(line.intercept, stored.line[1]!, 1e-7);
    expectClose(lossOfLine(unchanged, stored.logits, stored), stored.loss);
    expectClose(lossOfLine(line, stored.logits, stored), stored.lossOfLine);
  });
});

describe('blocks of rows that resemble each other', () => {
  const { blocks, ...expected } = reference.clustered;
  const sums = {
    width: 4,
    blocks: new Map(blocks.map((counts, id) => [id, Float64Array.from(counts)] as const)),
  };

  it('are worth as many independent rows as NumPy says', () => {
    // The quantile of Student's distribution is good to four digits here.
    expectClose(effectiveRows(sums, 'cells'), expected.cells, 1e-4);
    expectClose(effectiveRows(sums, 'ordered'), expected.ordered, 1e-4);
  });

  it('give the standard error of a jackknife', () => {
    const share = jackknife(sums, (counts) => counts[0]! / total([...counts]));
    expectClose(share.value, expected.share);
    expectClose(share.standardError, expected.jackknifeError);
  });
});
