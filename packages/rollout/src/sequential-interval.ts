// A rollout looks at its evidence every few seconds, so each of its intervals is one that holds at all looks at once. At 95 %: a
// candidate that is exactly as bad as is allowed passes a check, or fails it, at any time, with a chance of at most 5 %.

import {
  differenceError,
  type Interval,
  type Moments,
  proportionSequence,
  sequenceMultiplier,
} from '@flightdeck/stats';

export const alpha = 0.05;

/** Below this many rows of a group its mean is not judged: the intervals of means rest on the central limit theorem. */
export const fewestForMeans = 100;

export function around(value: number, standardError: number, n: number, tunedFor: number): Interval {
  const half = sequenceMultiplier(n, { alpha, tunedFor }) * standardError;
  return { low: value - half, high: value + half };
}

/** Candidate minus champion, of two independent groups. */
export function differenceOfMeans(candidate: Moments, champion: Moments, tunedFor: number) {
  const value = candidate.mean - champion.mean;
  const n = candidate.n + champion.n;
  return { value, n, ...around(value, differenceError(champion, candidate), n, tunedFor) };
}

export function ofShare(successes: number, trials: number): Interval {
  return proportionSequence({ successes, trials }, alpha);
}

/** Candidate minus champion. Each share is inside its own interval with half the alpha, so both are with all of it (Bonferroni). */
export function differenceOfShares(candidate: Counted, champion: Counted): Interval {
  const [a, b] = [
    proportionSequence({ successes: candidate.failed, trials: candidate.asked }, alpha / 2),
    proportionSequence({ successes: champion.failed, trials: champion.asked }, alpha / 2),
  ];
  return { low: a.low - b.high, high: a.high - b.low };
}

export interface Counted {
  readonly failed: number;
  readonly asked: number;
}
