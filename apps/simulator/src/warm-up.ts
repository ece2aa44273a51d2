// How far back a model's windows reach: the events that serving must have seen before its aggregates are right.

import type { FeatureView } from './known-columns.ts';

const day = 1440;

/**
 * Minutes. A window that ends at a snapshot reaches back so much longer as the snapshot is old. A day on top, for rows that were under
 * way then: their later events are inside the windows.
 */
export function reachOf(view: FeatureView): number {
  const reaches = [...Object.values(view.priors), ...Object.values(view.features)].map((feature) => {
    if (feature.kind === 'deficit') return Math.max(reachOfWindow(feature.expected), feature.seen.over);
    return 'over' in feature ? reachOfWindow(feature) : 0;
  });
  return Math.max(0, ...reaches) + day;
}

function reachOfWindow({ over, snapshot }: { over: number; snapshot?: { every: number } }): number {
  return over + (snapshot?.every ?? 0);
}
