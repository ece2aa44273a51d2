// An interval for a share that stays inside [0, 1] and is right for few rows and for shares near 0 or 1.

import type { Interval } from './blocks.ts';
import { normalQuantile } from './normal.ts';

/** Wilson's score interval (Wilson 1927) of `successes` among `trials`, at 95 %. NaN for no trials. */
export function wilsonInterval(successes: number, trials: number): Interval {
  const z = normalQuantile(0.975);
  const share = successes / trials;
  const spread = (z * z) / trials;
  const centre = (share + spread / 2) / (1 + spread);
  const half = Math.sqrt(share * (1 - share) * spread + (spread * spread) / 4) / (1 + spread);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
