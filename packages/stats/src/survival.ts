// How likely a statistic at least this large is by chance alone, computed directly: 1 - cdf would lose small chances to rounding.

import { incompleteBeta } from './incomplete-beta.ts';
import { upperGamma } from './incomplete-gamma.ts';

/** P(Z > z) of the standard normal distribution. */
export function normalSurvival(z: number): number {
  const tail = upperGamma(0.5, (z * z) / 2) / 2;
  return z < 0 ? 1 - tail : tail;
}

/** P(T > t) of Student's distribution; `degrees` need not be whole. */
export function studentSurvival(t: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t < 0 ? 1 - tail : tail;
}
