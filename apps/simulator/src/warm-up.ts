// How far back a model's windows reach: the events that serving must have seen before its aggregates are right.

import type { FeatureView } from './known-columns.ts';

const day = 1440;

/**
 * Minutes: so many days, or as far as there is anything to see. A window that ends at a snapshot reaches back so much longer as the snapshot is old. A day on top, for rows that were under
 * way then: their later events are inside the windows.
 */
export function reachOf(view: FeatureView, warm: number | true): number {
  if (warm !== true) return warm * day;
  const windows = [...Object.values(view.priors), ...Object.values(view.features)].map((feature) =>
    'over' in feature ? feature.over + ('snapshot' in feature ? (feature.snapshot?.every ?? 0) : 0) : 0,
  );
  return Math.max(0, ...windows) + day;
}
