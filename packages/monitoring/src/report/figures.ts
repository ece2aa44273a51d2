// How a report writes numbers, in its sentences and on its page.

import type { Interval } from './report-schema.ts';

/** "3,000,000". */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** Four digits; "unknown" for what is no number. */
export function score(value: number | null): string {
  return value === null || !Number.isFinite(value) ? 'unknown' : value.toFixed(4);
}

/** "20.1 %". */
export function percent(value: number | null): string {
  return value === null || !Number.isFinite(value) ? 'unknown' : `${(value * 100).toFixed(1)} %`;
}

/** "0.7812 [0.7755, 0.7869]". */
export function withInterval({ value, low, high }: Interval, write = score): string {
  return low === null || high === null ? write(value) : `${write(value)} [${write(low)}, ${write(high)}]`;
}

/** "2001-05-14 06:00 UTC". */
export function moment(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** Null stands for what could not be computed: JSON has no NaN. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function finiteInterval({ value, low, high }: { value: number; low: number; high: number }): Interval {
  return { value: finite(value), low: finite(low), high: finite(high) };
}
