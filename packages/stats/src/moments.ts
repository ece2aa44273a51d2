// What a window says about one group of units: enough to compare means without the rows.

export interface Moments {
  readonly n: number;
  readonly mean: number;
  /** The sample variance, divided by n - 1. */
  readonly variance: number;
}

/** Each unit gave an outcome and a covariate that was known before the experiment could touch it. */
export interface PairedMoments extends Moments {
  readonly covariate: { readonly mean: number; readonly variance: number; readonly covariance: number };
}

export interface Counts {
  readonly successes: number;
  readonly trials: number;
}

/** The moments of `successes` ones and otherwise zeros. */
export function momentsOf({ successes, trials }: Counts): Moments {
  const mean = successes / trials;
  return { n: trials, mean, variance: (mean * (1 - mean) * trials) / (trials - 1) };
}
