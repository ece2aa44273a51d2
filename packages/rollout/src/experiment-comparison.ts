// One variant against the control: the difference, turned so that positive is better, its interval, and the chance of it where there is
// no effect.

import {
  type Comparison,
  compareMeans,
  compareProportions,
  differenceError,
  type Moments,
  momentsOf,
  sequenceMultiplier,
  sequenceP,
} from '@flightdeck/stats';
import type { Experiment } from './experiment.ts';
import { fewestForMeans } from './sequential-interval.ts';

export interface ComparisonDesign {
  /** Of both sides together. */
  readonly alpha: number;
  /** The planned units of both groups together. */
  readonly planned: number;
  /** Groups were adjusted for a covariate, so that they are no longer zeros and ones. */
  readonly adjusted: boolean;
}

/** Undefined while there are too few units for any number. */
export function compareGroups(
  { metric, method }: Experiment,
  control: Moments,
  treatment: Moments,
  design: ComparisonDesign,
): Comparison | undefined {
  const asShares = metric.kind === 'proportion' && !design.adjusted;
  const groups = [control, treatment].map((group) => (asShares ? momentsOf(countsOf(group)) : group));
  const [a, b] = groups as [Moments, Moments];
  if (Math.min(a.n, b.n) < (method === 'sequential' ? fewestForMeans : 2)) return undefined;
  const compared =
    method === 'sequential'
      ? compareSequentially(a, b, design)
      : asShares
        ? compareProportions(countsOf(a), countsOf(b), design.alpha)
        : compareMeans(a, b, design.alpha);
  return metric.better === 'higher' ? compared : turned(compared);
}

function countsOf({ n, mean }: Moments) {
  return { successes: Math.round(n * mean), trials: n };
}

function compareSequentially(
  control: Moments,
  treatment: Moments,
  { alpha, planned }: ComparisonDesign,
): Comparison {
  const n = control.n + treatment.n;
  const difference = treatment.mean - control.mean;
  const error = differenceError(control, treatment);
  const half = sequenceMultiplier(n, { alpha, tunedFor: planned }) * error;
  // Nothing has happened yet, or everything always does: no scatter is no certainty.
  if (error === 0) return { difference, p: 1, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  const p = sequenceP(difference / error, n, { alpha, tunedFor: planned });
  return { difference, p, low: difference - half, high: difference + half };
}

function turned({ difference, p, low, high }: Comparison): Comparison {
  return { difference: -difference, p, low: -high, high: -low };
}
