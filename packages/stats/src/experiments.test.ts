// What experiments rest on, against what SciPy and statsmodels say: reference/make-experiments.py wrote the numbers.

import { describe, expect, it } from 'vitest';
import reference from '../reference/experiments.json' with { type: 'json' };
import { proportionSequence, sequenceMultiplier, sequenceP } from './confidence-sequence.ts';
import { adjustForCovariate } from './cuped.ts';
import { logGamma, upperGamma } from './incomplete-gamma.ts';
import { momentsOf } from './moments.ts';
import { sampleRatioP } from './sample-ratio.ts';
import { planMeans, planProportions, type TestDesign } from './sample-size.ts';
import { normalSurvival, studentSurvival } from './survival.ts';
import { compareMeans, compareProportions } from './two-samples.ts';

function expectClose(actual: number, expected: number, relative: number): void {
  const error = Math.abs(actual - expected);
  expect(error, `${actual} against ${expected}`).toBeLessThanOrEqual(relative * Math.abs(expected) + 1e-300);
}

describe('SciPy agrees on tails, however small', () => {
  it.each(reference.tails.logGamma)('ln gamma(%d)', (x, expected) => {
    expect(Math.abs(logGamma(x!) - expected!)).toBeLessThanOrEqual(1e-13 * Math.max(1, Math.abs(expected!)));
  });

  it.each(reference.tails.upperGamma)('Q(%d, %d)', (shape, x, expected) => {
    expectClose(upperGamma(shape!, x!), expected!, 1e-11);
  });

  it.each(reference.tails.normal)('P(Z > %d)', (z, expected) => {
    expectClose(normalSurvival(z!), expected!, 1e-12);
  });

  it.each(reference.tails.student)('P(T > %d) at %d degrees of freedom', (t, degrees, expected) => {
    expectClose(studentSurvival(t!, degrees!), expected!, 1e-9);
  });

  it('and where nothing is left or all of it', () => {
    expect(upperGamma(2, 0)).toBe(1);
    expect(upperGamma(2, Number.POSITIVE_INFINITY)).toBe(0);
    expect(upperGamma(2, Number.NaN)).toBeNaN();
  });
});

describe('statsmodels and SciPy agree on comparisons', () => {
  it.each(reference.proportions)('of $control with $treatment at $alpha', (known) => {
    const found = compareProportions(known.control, known.treatment, known.alpha);
    for (const key of ['difference', 'p', 'low', 'high'] as const) {
      expect(found[key]).toBeCloseTo(known[key], 12);
    }
  });

  it.each(reference.means)('of means over $control.n and $treatment.n units', (known) => {
    const found = compareMeans(known.control, known.treatment, known.alpha);
    expectClose(found.difference, known.difference, 1e-12);
    expectClose(found.p, known.p, 1e-9);
    // The quantile of Student's distribution is an expansion, right to 1e-4 from 15 degrees of freedom on.
    for (const key of ['low', 'high'] as const) expect(found[key]).toBeCloseTo(known[key], 4);
  });

  it('where nobody did anything there is no difference, and no division by zero', () => {
    const none = { successes: 0, trials: 50 };
    expect(compareProportions(none, none, 0.05)).toMatchObject({ difference: 0, p: 1 });
    expect(compareMeans(momentsOf(none), momentsOf(none), 0.05)).toEqual({
      difference: 0,
      p: 1,
      low: 0,
      high: 0,
    });
  });
});

describe('SciPy agrees on sample ratios', () => {
  it.each(reference.sampleRatios)('%j for weights %j', (units, weights, expected) => {
    expectClose(sampleRatioP(units as number[], weights as number[]), expected as number, 1e-9);
  });

  it('and nothing can be said without units', () => {
    expect(sampleRatioP([0, 0], [1, 1])).toBeNaN();
  });
});

describe('the planner', () => {
  it.each(reference.sizesForProportions)('agrees with statsmodels on $baseline moved by $effect', (known) => {
    const { control, treatment } = planProportions(known.baseline, known.effect, known as TestDesign);
    expect(control).toBe(Math.ceil(known.control - 1e-9));
    expect(treatment).toBe(Math.ceil(known.control * known.ratio - 1e-9));
  });

  it.each(reference.sizesForMeans)(
    'agrees with the exact size of a t test for an effect of $effect',
    (known) => {
      const { control, treatment } = planMeans(1, known.effect, known as TestDesign);
      expect(Math.abs(control - Math.ceil(known.control))).toBeLessThanOrEqual(1);
      expect(Math.abs(treatment - Math.ceil(known.control * known.ratio))).toBeLessThanOrEqual(2);
    },
  );

  it('gives the sizes printed in the manual of R, for power.prop.test and power.t.test', () => {
    const common = { alpha: 0.05, power: 0.9, ratio: 1 };
    // n = 76.7; n = 22.02110 and 17.84713, where ours may be a unit short.
    expect(planProportions(0.5, 0.25, { ...common, sides: 2 }).control).toBe(77);
    expect(planMeans(1, 1, { ...common, sides: 2 }).control).toBe(22);
    expect(planMeans(1, 1, { ...common, sides: 1 }).control).toBe(18);
  });
});

describe('the formulas agree with the papers, computed a second time in Python', () => {
  it.each(reference.sequences)('for the width at $n units, tuned for $tunedFor', (known) => {
    expectClose(sequenceMultiplier(known.n, known), known.multiplier, 1e-12);
  });

  it.each(reference.sequences)(
    'and the p value at $n units is alpha exactly at the interval: $alpha',
    (known) => {
      expectClose(sequenceP(known.multiplier, known.n, known), known.alpha, 1e-12);
    },
  );

  it.each(reference.proportionSequences)('for $successes of $trials at $alpha', (known) => {
    const { low, high } = proportionSequence(known, known.alpha);
    expect(low).toBeCloseTo(known.low, 12);
    expect(high).toBeCloseTo(known.high, 12);
  });

  it('and no trial says nothing', () => {
    expect(proportionSequence({ successes: 0, trials: 0 }, 0.05)).toEqual({ low: 0, high: 1 });
  });
});

describe('adjusting for a covariate', () => {
  it.each(reference.adjustments)('finds what a regression finds: $difference', (known) => {
    const { groups, slope, varianceReduction } = adjustForCovariate(known.groups);
    expectClose(slope, known.slope, 1e-10);
    expectClose(groups[1]!.mean - groups[0]!.mean, known.difference, 1e-9);
    expectClose(varianceReduction, known.varianceReduction, 1e-10);
  });

  it('changes nothing where the covariate never varies', () => {
    const groups = [1, 2].map((mean) => ({
      n: 10,
      mean,
      variance: 4,
      covariate: { mean: 7, variance: 0, covariance: 0 },
    }));
    const adjusted = adjustForCovariate(groups);
    expect(adjusted).toMatchObject({ slope: 0, varianceReduction: 0 });
    expect(adjusted.groups.map(({ mean, variance }) => [mean, variance])).toEqual([
      [1, 4],
      [2, 4],
    ]);
  });
});
