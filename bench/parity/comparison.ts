// What two engines say of the same rows, feature by feature.

import type { FeatureAnswer } from '@flightdeck/features';

export interface Comparison {
  readonly rows: number;
  /** Rows for which neither engine knows a value. */
  readonly unknown: number;
  /** Rows for which one engine has a value and the other has none, or another text. */
  readonly mismatches: number;
  readonly maxAbsolute: number;
  /** Of the larger of both values. */
  readonly maxRelative: number;
}

type OfflineRow = Readonly<Record<string, unknown>>;

export function compareFeature(
  name: string,
  fallback: unknown,
  offline: readonly OfflineRow[],
  online: ReadonlyMap<number, FeatureAnswer>,
): Comparison {
  let [unknown, mismatches, maxAbsolute, maxRelative] = [0, 0, 0, 0];
  for (const row of offline) {
    const expected = row[name] ?? fallback;
    const found = online.get(Number(row.id))?.values[name];
    if (typeof expected === 'number' && typeof found === 'number') {
      const difference = Math.abs(expected - found);
      maxAbsolute = Math.max(maxAbsolute, difference);
      if (difference > 0)
        maxRelative = Math.max(maxRelative, difference / Math.max(Math.abs(expected), Math.abs(found)));
    } else if (found !== expected) mismatches++;
    else if (found === null) unknown++;
  }
  return { rows: offline.length, unknown, mismatches, maxAbsolute, maxRelative };
}
