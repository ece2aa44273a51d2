// The sketch of a window: everything that a report needs of its predictions, in a size that does not depend on their number. All of it
// are sums by block (and smallest and largest values), so that the sketches of seven days add up to that of their week, exactly.

import { FlightdeckError, hashOf } from '@flightdeck/core';
import { type BlockSums, mergeBlocks } from '@flightdeck/stats';
import type { VersionReference } from './version-reference.ts';

/** What a report is about. Times are event time, milliseconds since 1970 UTC; `to` is exclusive. */
export interface ReportSubject {
  readonly model: string;
  readonly endpoint: string;
  readonly version: number;
  readonly from: number;
  readonly to: number;
}

export interface WindowSketch {
  readonly subject: ReportSubject;
  readonly blockMinutes: number;
  /** Answered, failed, then the answered by latency bin. */
  readonly service: BlockSums;
  /** Failed answers by error code. */
  readonly failures: Readonly<Record<string, number>>;
  /** Of answered rows. */
  readonly features: Readonly<Record<string, FeatureSketch>>;
  readonly score: FeatureSketch;
  /** Of answered rows whose label is known: see `maturedLayout`. */
  readonly matured: BlockSums;
}

export interface FeatureSketch {
  /** Rows by the reference profile's own bins, then `featureSlots`. */
  readonly counts: BlockSums;
  /** Null where there is no number. */
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** The first in alphabetical order of the categories that training did not know. */
  readonly unseen: string | null;
}

export type FeatureProfile = VersionReference['profile']['features'][string];

/** What is counted beside the bins. `shift`: the sum of (x - reference mean) / reference deviation, in millionths. */
export const featureSlots = ['missing', 'outOfRange', 'defaulted', 'stale', 'shift'] as const;

/** A category has a bin of its own, and all that training did not know share the last. */
export function binCount(profile: FeatureProfile): number {
  return profile.kind === 'number' ? profile.counts.length : Object.keys(profile.counts).length + 1;
}

/** Sums of fractions are kept as whole millionths: they then add up to the same in any order, which floating point does not. */
export const millionth = 1e-6;

/** Latencies in bins whose borders grow by 5 %, from 1 µs to a quarter of an hour: a quantile is read to within 2.5 %. */
export const latencyBins = { smallestMs: 0.001, growth: 1.05, count: 424 } as const;

export const serviceLayout = { answered: 0, failed: 1, latency: 2, width: 2 + latencyBins.count } as const;

/** Scores by logit, in steps of 1/32 between -16 and 16. */
export const logitBins = { count: 1_024, perUnit: 32, lowest: -16 } as const;
/** As many as the evaluation at training time has, or the numbers could not be compared. */
export const calibrationBins = 15;

/** Where each sum of a matured block is. The last five are in millionths, or rows. */
export const maturedLayout = {
  negatives: 0,
  positives: logitBins.count,
  calibrationRows: 2 * logitBins.count,
  calibrationPositives: 2 * logitBins.count + calibrationBins,
  calibrationScores: 2 * logitBins.count + 2 * calibrationBins,
  brier: 2 * logitBins.count + 3 * calibrationBins,
  logLoss: 2 * logitBins.count + 3 * calibrationBins + 1,
  width: 2 * logitBins.count + 3 * calibrationBins + 2,
} as const;

/** The sketch of both windows together. SKETCHES_DIFFER where they are of different versions or blocks. */
export function mergeSketches(a: WindowSketch, b: WindowSketch): WindowSketch {
  if (kindOf(a) !== kindOf(b)) {
    throw new FlightdeckError(
      'SKETCHES_DIFFER',
      `Sketches of ${nameOf(a)} and ${nameOf(b)} cannot be merged: they must be of one version, endpoint and block length.`,
    );
  }
  return {
    subject: {
      ...a.subject,
      from: Math.min(a.subject.from, b.subject.from),
      to: Math.max(a.subject.to, b.subject.to),
    },
    blockMinutes: a.blockMinutes,
    service: mergeBlocks(a.service, b.service),
    failures: addCounts(a.failures, b.failures),
    features: Object.fromEntries(
      Object.entries(a.features).map(([name, feature]) => [name, mergeFeatures(feature, b.features[name]!)]),
    ),
    score: mergeFeatures(a.score, b.score),
    matured: mergeBlocks(a.matured, b.matured),
  };
}

function kindOf({ subject, blockMinutes, features }: WindowSketch): string {
  const { model, endpoint, version } = subject;
  const widths = Object.entries(features).map(([name, { counts }]) => [name, counts.width]);
  return hashOf({ model, endpoint, version, blockMinutes, widths });
}

function nameOf({ subject, blockMinutes }: WindowSketch): string {
  return `${subject.model} v${subject.version} at ${subject.endpoint} (blocks of ${blockMinutes} min)`;
}

function mergeFeatures(a: FeatureSketch, b: FeatureSketch): FeatureSketch {
  return {
    counts: mergeBlocks(a.counts, b.counts),
    minimum: pick(Math.min, a.minimum, b.minimum),
    maximum: pick(Math.max, a.maximum, b.maximum),
    unseen: [a.unseen, b.unseen].filter((name) => name !== null).sort()[0] ?? null,
  };
}

function pick(choose: (...values: number[]) => number, ...values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : choose(...known);
}

function addCounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>) {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
  return Object.fromEntries(keys.map((key) => [key, (a[key] ?? 0) + (b[key] ?? 0)]));
}
