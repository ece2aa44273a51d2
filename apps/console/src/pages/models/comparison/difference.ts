// What of two versions' metrics is a difference, and what may be chance.

import type { Interval } from '@flightdeck/admin-api';
import { betterWay } from '../../../parts/metric-words.ts';

/**
 * a less b, with an interval from those of both (the method of variance estimates recovery, Zou and Donner 2008). It takes the two for
 * measured independently; on the same rows the days' ups and downs are common to both, and the interval is then wider than it need be.
 */
export function difference(a: Interval, b: Interval): Interval {
  const value = a.value - b.value;
  return {
    value,
    low: value - Math.hypot(a.value - a.low, b.high - b.value),
    high: value + Math.hypot(a.high - a.value, b.value - b.low),
  };
}

/** Which of the two the difference speaks for, in words; `unclear` where its interval holds 0. */
export function favours(metric: string, { low, high }: Interval): 'a' | 'b' | 'unclear' | 'unknown' {
  const way = betterWay(metric);
  if (way === undefined) return 'unknown';
  if (low <= 0 && high >= 0) return 'unclear';
  return low > 0 === (way === 'higher') ? 'a' : 'b';
}
