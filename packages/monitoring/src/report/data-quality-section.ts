// Data quality, feature by feature: what is missing, out of range, never seen in training, stood in for by a default, or stale.

import { totalOf } from '@flightdeck/stats';
import type { JudgementContext } from './judgement.ts';
import { type FeatureQuality, type Item, type Report, worst } from './report-schema.ts';
import { foundIn, judgeShare } from './share-item.ts';
import type { VersionReference } from './version-reference.ts';
import {
  binCount,
  type FeatureProfile,
  type FeatureSketch,
  featureSlots,
  type WindowSketch,
} from './window-sketch.ts';

const words = {
  missing: 'Missing values of',
  outOfRange: 'Values out of range of',
  unseen: 'Categories never seen in training of',
  defaulted: 'Defaults standing in for',
  stale: 'Stale values of',
} as const;
type Check = keyof typeof words;

export function dataQualityOf(
  { features }: WindowSketch,
  reference: VersionReference,
  context: JudgementContext,
): Report['dataQuality'] {
  const known = Object.entries(reference.profile.features).map(
    ([name, profile]) => ({ name, profile, sketch: features[name]! }) as const,
  );
  const items = known.flatMap((feature) =>
    checksOf(feature.name, feature.profile, reference).map((check) =>
      itemOf(check, feature, reference.profile.rows, context),
    ),
  );
  return {
    verdict: worst(items.map(({ verdict }) => verdict)),
    items,
    features: known.map(({ name, profile, sketch }) => sharesOfFeature(name, profile, sketch)),
  };
}

interface KnownFeature {
  readonly name: string;
  readonly profile: FeatureProfile;
  readonly sketch: FeatureSketch;
}

/** A check that could never find anything is left out. */
function checksOf(name: string, profile: FeatureProfile, { bounds }: VersionReference): Check[] {
  const bound = bounds[name];
  const isBounded = bound?.minimum !== undefined || bound?.maximum !== undefined;
  return [
    'missing',
    ...(isBounded ? (['outOfRange'] as const) : []),
    ...(profile.kind === 'category' ? (['unseen'] as const) : []),
    'defaulted',
    'stale',
  ];
}

function itemOf(
  check: Check,
  { name, profile, sketch }: KnownFeature,
  referenceRows: number,
  context: JudgementContext,
): Item {
  const example = check === 'unseen' && sketch.unseen !== null ? ` (such as "${sketch.unseen}")` : '';
  return judgeShare(
    {
      item: `${check}:${name}`,
      what: `${words[check]} ${name}${example}`,
      counts: foundIn(
        sketch.counts,
        (sums) => sums[placeOf(check, profile)]!,
        (sums) => rowsIn(sums, profile),
      ),
      reference: lacksAnyway(check) && referenceRows > 0 ? profile.missing / referenceRows : 0,
      allowed: context.policy.dataQuality[check],
      persistence: context.policy.persistence.dataQuality,
    },
    context,
  );
}

/** What had no value in training has none in serving, where it counts as a default too: nothing to average is nothing to look up. */
function lacksAnyway(check: Check): boolean {
  return check === 'missing' || check === 'defaulted';
}

/** Where in a feature's sums a check's rows are counted. */
function placeOf(check: Check, profile: FeatureProfile): number {
  return check === 'unseen' ? binCount(profile) - 1 : binCount(profile) + featureSlots.indexOf(check);
}

/** All rows: those with a value, by bin, and the missing, which come next. */
function rowsIn(sums: Float64Array, profile: FeatureProfile): number {
  return sums.subarray(0, binCount(profile) + 1).reduce((total, count) => total + count, 0);
}

function sharesOfFeature(
  feature: string,
  profile: FeatureProfile,
  { counts, unseen }: FeatureSketch,
): FeatureQuality {
  const total = totalOf(counts);
  const rows = rowsIn(total, profile);
  const share = (check: Check) => (rows === 0 ? null : total[placeOf(check, profile)]! / rows);
  return {
    feature,
    missing: share('missing'),
    outOfRange: profile.kind === 'number' ? share('outOfRange') : null,
    unseen: profile.kind === 'category' ? share('unseen') : null,
    unseenExample: unseen,
    defaulted: share('defaulted'),
    stale: share('stale'),
  };
}
