// The slices that two evaluations have in common, with both sides' numbers.

import type { Interval, SliceEvaluation } from '@flightdeck/admin-api';

export interface SlicePair {
  readonly slice: string;
  readonly value: string;
  readonly rows: readonly [number, number];
  readonly metrics: Readonly<Record<string, readonly [Interval, Interval]>>;
}

/** Where either has too few rows to say anything, there is nothing to compare. */
export function comparableSlices(
  first: readonly SliceEvaluation[],
  second: readonly SliceEvaluation[],
): readonly SlicePair[] {
  return first.flatMap(({ slice, value, rows, metrics }) => {
    const other = second.find((one) => one.slice === slice && one.value === value);
    if (!metrics || !other?.metrics) return [];
    const shared = Object.entries(metrics).flatMap(([name, interval]) => {
      const counterpart = other.metrics?.[name];
      return counterpart ? [[name, [interval, counterpart]] as const] : [];
    });
    return [{ slice, value, rows: [rows, other.rows] as const, metrics: Object.fromEntries(shared) }];
  });
}
