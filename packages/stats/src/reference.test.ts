// Every metric against what scikit-learn, SciPy and NumPy say: reference/make-reference.py wrote the numbers.

import { describe, expect, it } from 'vitest';
import reference from '../reference/reference.json' with { type: 'json' };
import { precisionRecallCurve, rocCurve } from './curves.ts';
import { normalQuantile } from './normal.ts';
import { brier, logLoss } from './probability-scores.ts';
import { quantile } from './quantile.ts';
import { prAuc, rocAuc } from './ranked-areas.ts';
import { expectedCalibrationError, reliability } from './reliability.ts';
import { studentQuantile } from './student.ts';
import { bestF1Threshold, confusionAt, f1, precision, recall } from './threshold.ts';

const tolerance = 1e-12;

function expectClose(actual: number, expected: number): void {
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance);
}

function expectAllClose(actual: readonly (readonly number[])[], expected: readonly number[][]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((point, i) => {
    point.forEach((value, j) => {
      expectClose(value, expected[i]![j]!);
    });
  });
}

describe.each(reference.cases)('scikit-learn agrees: $name', ({ expected, ...stored }) => {
  const scores = Float64Array.from(stored.scores);
  const labels = Uint8Array.from(stored.labels);
  const weights = stored.weights ? Float64Array.from(stored.weights) : undefined;

  it('on the areas', () => {
    expectClose(rocAuc(scores, labels, weights), expected.rocAuc);
    expectClose(prAuc(scores, labels, weights), expected.prAuc);
  });

  it('on log loss and Brier score', () => {
    expectClose(logLoss(scores, labels, weights), expected.logLoss);
    expectClose(brier(scores, labels, weights), expected.brier);
  });

  it('on calibration, bin by bin', () => {
    expectClose(expectedCalibrationError(scores, labels, weights), expected.ece);
    const bins = reliability(scores, labels, weights);
    expect(bins.length).toBe(expected.reliability.length);
    bins.forEach((bin, i) => {
      const want = expected.reliability[i]!;
      expectClose(bin.predicted, want.predicted);
      expectClose(bin.observed, want.observed);
      expectClose(bin.rows, want.rows);
      if ('low' in want) {
        expectClose(bin.low, want.low!);
        expectClose(bin.high, want.high!);
      }
    });
  });

  it('on what a threshold does', () => {
    const confusion = confusionAt(scores, labels, 0.3, weights);
    for (const cell of Object.keys(confusion) as (keyof typeof confusion)[]) {
      expectClose(confusion[cell], expected['confusionAt0.3'][cell]);
    }
    // Where nothing is predicted positive scikit-learn says 0 with a warning; we say NaN.
    const predicted = confusion.truePositive + confusion.falsePositive;
    if (predicted > 0) expectClose(precision(confusion), expected['precisionAt0.3']);
    else expect(precision(confusion)).toBeNaN();
    expectClose(recall(confusion), expected['recallAt0.3']);
    expectClose(f1(confusion), expected['f1At0.3']);
  });

  it('on the best F1, which its threshold then really gives', () => {
    const best = bestF1Threshold(scores, labels, weights);
    expectClose(best.f1, expected.bestF1);
    expectClose(f1(confusionAt(scores, labels, best.threshold, weights)), expected.bestF1);
  });

  it('on every point of the curves', () => {
    expectAllClose(rocCurve(scores, labels, 1_000, weights), expected.rocCurve);
    expectAllClose(precisionRecallCurve(scores, labels, 1_000, weights), expected.precisionRecallCurve);
  });
});

it('NumPy agrees on quantiles', () => {
  const { values, at } = reference.quantiles;
  for (const [probability, expected] of at) expectClose(quantile(values, probability!), expected!);
});

it('SciPy agrees on the quantiles of the normal distribution', () => {
  for (const [probability, expected] of reference.normalQuantiles) {
    expectClose(normalQuantile(probability!), expected!);
  }
});

it("SciPy agrees on Student's quantiles, as far as the docstring promises", () => {
  const promised: Record<number, number> = { 5: 0.013, 9: 0.001, 15: 0.0001, 60: 0.0001 };
  for (const [probability, degrees, expected] of reference.studentQuantiles) {
    const error = Math.abs(studentQuantile(probability!, degrees!) - expected!);
    expect(error).toBeLessThanOrEqual(promised[degrees!]! * Math.abs(expected!) + tolerance);
  }
});
