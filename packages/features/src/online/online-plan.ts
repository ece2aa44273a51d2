// What the online engine keeps for a view: the streams of the plan, with what a store has to know of each to forget at the right time.

import { FlightdeckError, hashOf } from '@flightdeck/core';
import {
  type Column,
  type Count,
  days,
  type Feature,
  type FeatureView,
  type Mean,
  type Open,
} from '../definition.ts';
import { type Lookup, type Plan, planOf, type Stream } from '../plan.ts';

export interface OnlineStream extends Stream {
  /** Its place in the plan. */
  readonly index: number;
  /** The event's values, whose sums are kept beside the number of events. */
  readonly values: readonly string[];
  /** What happened more than so many minutes before the stream's newest event, no window can see any more. */
  readonly retention: number;
  /** Totals since the beginning are read from it, so its keys are never forgotten. */
  readonly forever: boolean;
}

export interface OnlinePlan {
  readonly view: FeatureView;
  /** Changes with whatever makes state kept for another plan unusable for this one. */
  readonly version: string;
  /** How many minutes an event may be older than the newest of its kind and still count; and a row, and still be answered. */
  readonly lateness: number;
  readonly streams: readonly OnlineStream[];
  readonly lookups: readonly Lookup[];
  readonly lookupOf: Plan['lookupOf'];
}

/** The kinds of features that the online engine computes. */
export type OnlineFeature = Feature & (Column | Mean | Count | Open);

export function isOnline(feature: Feature): feature is OnlineFeature {
  return ['number', 'category', 'mean', 'count', 'open'].includes(feature.kind);
}

/** Throws FEATURES_INVALID for a wrong declaration, and FEATURES_UNSUPPORTED for a feature that only the offline engine knows. */
export function onlinePlanOf(view: FeatureView, { lateness = days(1) } = {}): OnlinePlan {
  for (const [name, feature] of Object.entries(view.features)) {
    if (!isOnline(feature)) throw unsupported(view, name, feature);
  }
  const plan = planOf({ ...view, features: { ...view.features, ...signsOfLife(view) } });
  const forever = new Set(Object.values(view.features).flatMap((feature) => openStreams(plan, feature)));
  const streams = plan.streams.map((stream, index) => ({
    ...stream,
    index,
    values: view.events[stream.event]!.values,
    retention: lateness + longestWindow(plan, stream) + (stream.snapshot?.every ?? 0),
    forever: forever.has(stream.name),
  }));
  const moments = Object.values(view.events).map(({ at }) => at);
  const version = hashOf({ derived: view.derived, moments, lateness, streams }).slice(0, 16);
  return { view, version, lateness, streams, lookups: plan.lookups, lookupOf: plan.lookupOf };
}

/** One count for each event that declares its freshness: whether any has happened lately, anywhere. */
export function signOfLife(event: string, freshness: number): Count {
  return { kind: 'count', event, match: {}, over: freshness };
}

function signsOfLife(view: FeatureView): Record<string, Feature> {
  const signs = Object.entries(view.events).flatMap(([event, { freshness }]) =>
    freshness === undefined ? [] : [[`freshness of ${event}`, signOfLife(event, freshness)] as const],
  );
  return Object.fromEntries(signs.map(([name, sign]) => [name, { ...sign, description: name }]));
}

function openStreams(plan: Plan, feature: Feature): string[] {
  if (feature.kind !== 'open') return [];
  return [feature.opens, feature.closes].map((event) => plan.lookupOf(event, feature.match).stream.name);
}

function longestWindow(plan: Plan, { name }: Stream): number {
  const ages = plan.lookups.filter(({ stream }) => stream.name === name).flatMap(({ ages }) => ages);
  return Math.max(0, ...ages);
}

function unsupported(view: FeatureView, name: string, { kind }: { kind: string }): FlightdeckError {
  return new FlightdeckError(
    'FEATURES_UNSUPPORTED',
    `Feature ${name} of ${view.name} is of the kind "${kind}", which only the offline engine computes. ` +
      'Requests have to bring its value, or the view has to do without.',
  );
}
