// The split of a retraining: the newest production rows are the test, a week before them the validation, and everything before that
// is trained on. A champion that is served has seen none of the newest rows either, so both are asked the same new questions.

import type { PartBounds } from '@flightdeck/dataset';

const day = 1440;

/** A whole week, so that calibration and threshold see every weekday once. */
const validationDays = 7;

/** The last midnight (UTC) by which every label has had its usual delay to come in. */
export function completeUntil(newest: number, labelDelay: number): number {
  return Math.floor((newest + 1 - labelDelay) / day) * day;
}

/** Train from `from`, and test on the last `testDays` before `until`; all in minutes since 1970 UTC. */
export function freshParts(from: number, until: number, testDays: number): PartBounds[] {
  const test = until - testDays * day;
  const validation = test - validationDays * day;
  return [
    { part: 'train', from, until: validation },
    { part: 'validation', from: validation, until: test },
    { part: 'test', from: test, until },
  ];
}

/** The same parts, trained on no more than the last `days` before the validation; null for all. */
export function withinWindow(parts: readonly PartBounds[], days: number | null): PartBounds[] {
  return parts.map((bounds) =>
    bounds.part === 'train' && days !== null
      ? { ...bounds, from: Math.max(bounds.from, bounds.until - days * day) }
      : bounds,
  );
}
