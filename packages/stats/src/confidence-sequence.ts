// Intervals that hold at every look at once: with probability 1 - alpha the truth is inside all of them, for ever. So one may look
// after each unit, stop whenever they say enough, and still be wrong no more often than promised. They are wider for it.

import type { Interval } from './blocks.ts';
import { logBeta } from './incomplete-beta.ts';
import type { Counts } from './moments.ts';

export interface SequenceDesign {
  /** The chance that the truth is ever outside. */
  readonly alpha: number;
  /** The sample size at which the interval is narrowest, compared with others that hold as well. */
  readonly tunedFor: number;
}

/**
 * By how many standard errors the interval reaches to each side at sample size `n`: the asymptotic confidence sequence of
 * Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (Time-uniform central limit theory and asymptotic confidence sequences, Annals of
 * Statistics 52(6), 2024, theorem 2.2), a normal mixture after Robbins (1970). It holds for whatever is asymptotically a mean: a
 * difference of means, an AUC. With v = n rho^2 it is sqrt(2 (v + 1) / v * ln(sqrt(v + 1) / alpha)).
 */
export function sequenceMultiplier(n: number, design: SequenceDesign): number {
  const v = n * mixingVariance(design);
  return Math.sqrt(((2 * (v + 1)) / v) * Math.log(Math.sqrt(v + 1) / design.alpha));
}

/** The smallest alpha at which an estimate `z` standard errors from 0 is outside: a p value that may be looked at any time. */
export function sequenceP(z: number, n: number, design: SequenceDesign): number {
  const v = n * mixingVariance(design);
  return Math.min(1, Math.sqrt(v + 1) * Math.exp((-z * z * v) / (2 * (v + 1))));
}

/** rho^2: the approximate minimum of the width at `tunedFor` (the same paper, appendix B.2). */
function mixingVariance({ alpha, tunedFor }: SequenceDesign): number {
  const log = -2 * Math.log(alpha);
  return (log + Math.log(log + 1)) / tunedFor;
}

/**
 * The same for one share, exactly, at any sample size and with no success at all: the shares p under which the likelihood of
 * what was seen is not 1 / alpha times smaller than its mean over a Beta(1/2, 1/2) mixture (Robbins 1970; Howard, Ramdas, McAuliffe
 * and Sekhon, Annals of Statistics 49(2), 2021). That ratio is a martingale, which rarely ever grows so large (Ville 1939).
 */
export function proportionSequence({ successes, trials }: Counts, alpha: number): Interval {
  if (trials === 0) return { low: 0, high: 1 };
  const failures = trials - successes;
  const mixture = logBeta(successes + 0.5, failures + 0.5) - logBeta(0.5, 0.5);
  const excluded = (p: number) =>
    mixture - times(successes, Math.log(p)) - times(failures, Math.log1p(-p)) >= -Math.log(alpha);
  const share = successes / trials;
  return {
    low: successes === 0 ? 0 : border(excluded, 0, share),
    high: failures === 0 ? 1 : border(excluded, 1, share),
  };
}

/** Zero of something counts nothing, even where its logarithm is infinite. */
function times(count: number, logarithm: number): number {
  return count === 0 ? 0 : count * logarithm;
}

/** Where `excluded` begins on the way from `inside` to `outside`: halved until nothing is between. */
function border(excluded: (p: number) => boolean, outside: number, inside: number): number {
  let [far, near] = [outside, inside];
  for (let i = 0; i < 60; i++) {
    const middle = (far + near) / 2;
    if (excluded(middle)) far = middle;
    else near = middle;
  }
  return far;
}
