// CUPED: what a unit was like before the experiment explains part of what it does in it. Taking that part out leaves the effect
// where it is and makes its interval narrower (Deng, Xu, Kohavi and Walker, WSDM 2013).

import type { Moments, PairedMoments } from './moments.ts';

export interface Adjusted {
  readonly groups: readonly Moments[];
  /** How much the outcome moves per unit of the covariate, within groups. */
  readonly slope: number;
  /** The share of the variance that is gone: 0.4 makes an experiment 1 / (1 - 0.4) = 1.7 times as large. */
  readonly varianceReduction: number;
}

/**
 * Each group's mean less slope x (its covariate's mean - the mean over all). The slope is the pooled regression within groups,
 * so that it knows nothing of the effect. The covariate must come from before the assignment: one that the treatment moves
 * would take the effect out. That the slope is an estimate is not in the variances: tests are a little too sure with few units
 * (5.7 % false alarms instead of 5 % at 20 units a group, 5.1 % at 64).
 */
export function adjustForCovariate(groups: readonly PairedMoments[]): Adjusted {
  const overall = sum(groups, (each) => each.n * each.covariate.mean) / sum(groups, (each) => each.n);
  const scatter = sum(groups, (each) => (each.n - 1) * each.covariate.variance);
  // A covariate that never varies explains nothing.
  const slope = scatter === 0 ? 0 : sum(groups, (each) => (each.n - 1) * each.covariate.covariance) / scatter;
  const adjusted = groups.map(({ n, mean, variance, covariate }) => ({
    n,
    mean: mean - slope * (covariate.mean - overall),
    variance: variance - 2 * slope * covariate.covariance + slope ** 2 * covariate.variance,
  }));
  const before = sum(groups, (each) => (each.n - 1) * each.variance);
  const after = sum(adjusted, (each) => (each.n - 1) * each.variance);
  return { groups: adjusted, slope, varianceReduction: before === 0 ? 0 : 1 - after / before };
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
