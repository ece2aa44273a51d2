// Rows as a version has met them in training, drawn from its reference profile, each feature for itself.

import type { Random } from '@flightdeck/core';
import type { VersionReference } from '@flightdeck/monitoring';
import type { FeatureValue, FeatureValues } from './scoring-version.ts';

type Profiles = VersionReference['profile']['features'];

/** A function that draws rows. A feature without a profile is always missing. */
export function referenceRows(
  features: readonly string[],
  profiles: Profiles,
): (random: Random) => FeatureValues {
  const drawers = features.map((name) => [name, drawerOf(profiles[name])] as const);
  return (random) => Object.fromEntries(drawers.map(([name, draw]) => [name, draw(random)]));
}

function drawerOf(profile: Profiles[string] | undefined): (random: Random) => FeatureValue {
  if (profile === undefined) return () => null;
  const known: [FeatureValue, number][] =
    profile.kind === 'category'
      ? Object.entries(profile.counts)
      : profile.counts.map((count, bin) => [borderOf(profile.edges, bin), count]);
  const outcomes: [FeatureValue, number][] = [[null, profile.missing], ...known];
  const total = outcomes.reduce((sum, [, count]) => sum + count, 0);
  return (random) => {
    let left = random.uniform() * total;
    for (const [value, count] of outcomes) {
      left -= count;
      if (left < 0) return value;
    }
    return null;
  };
}

/**
 * What stands for a bin: its lower border, and for the lowest bin its upper one. Borders are quantiles of the training rows, and so values
 * that were there: of a feature with few values, such as a weekday, no other ever is drawn.
 */
function borderOf(edges: readonly number[], bin: number): number | null {
  return edges[Math.max(0, bin - 1)] ?? null;
}
