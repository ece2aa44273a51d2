// Two independent groups compared once, at a sample size that was fixed before: the classical tests. Whoever looks more than
// once needs confidence-sequence.ts.

import type { Interval } from './blocks.ts';
import type { Counts, Moments } from './moments.ts';
import { normalQuantile } from './normal.ts';
import { studentQuantile } from './student.ts';
import { normalSurvival, studentSurvival } from './survival.ts';

/** Treatment minus control. */
export interface Comparison extends Interval {
  readonly difference: number;
  /** Two-sided. */
  readonly p: number;
}

/**
 * Shares: the chance from the z test with a pooled share, the interval by Agresti and Caffo (2000), who add one success and one
 * failure to each group, so that it stays right near 0 and 1. `alpha` is the chance of a false alarm on both sides together.
 */
export function compareProportions(control: Counts, treatment: Counts, alpha: number): Comparison {
  const difference = treatment.successes / treatment.trials - control.successes / control.trials;
  const pooled = (control.successes + treatment.successes) / (control.trials + treatment.trials);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / control.trials + 1 / treatment.trials));
  const [a, b] = [smoothed(control), smoothed(treatment)];
  const half = normalQuantile(1 - alpha / 2) * Math.sqrt(a.variance + b.variance);
  return {
    difference,
    // With no success anywhere, or nothing else, there is no difference at all.
    p: error === 0 ? 1 : 2 * normalSurvival(Math.abs(difference) / error),
    low: b.share - a.share - half,
    high: b.share - a.share + half,
  };
}

function smoothed({ successes, trials }: Counts): { share: number; variance: number } {
  const share = (successes + 1) / (trials + 2);
  return { share, variance: (share * (1 - share)) / (trials + 2) };
}

/** Means, by Welch's t test (Welch 1947): the groups' variances may differ. */
export function compareMeans(control: Moments, treatment: Moments, alpha: number): Comparison {
  const difference = treatment.mean - control.mean;
  const [a, b] = [control.variance / control.n, treatment.variance / treatment.n];
  const error = Math.sqrt(a + b);
  const degrees = (a + b) ** 2 / (a ** 2 / (control.n - 1) + b ** 2 / (treatment.n - 1));
  const half = error === 0 ? 0 : studentQuantile(1 - alpha / 2, degrees) * error;
  return {
    difference,
    p: chanceOf(difference, error, degrees),
    low: difference - half,
    high: difference + half,
  };
}

function chanceOf(difference: number, error: number, degrees: number): number {
  if (error === 0) return difference === 0 ? 1 : 0;
  return 2 * studentSurvival(Math.abs(difference) / error, degrees);
}

/** The standard error of a difference of two means. */
export function differenceError(control: Moments, treatment: Moments): number {
  return Math.sqrt(control.variance / control.n + treatment.variance / treatment.n);
}
