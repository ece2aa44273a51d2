// What the online engine keeps for a view: the streams of the plan, with what a store has to know of each to forget at the right time.

import { hashOf } from '@flightdeck/core';
import { type Count, days, type Feature, type FeatureView } from '../definition.ts';
import { type Lookup, type Plan, type Profile, planOf, type Stream } from '../plan.ts';

export interface OnlineStream extends Stream {
  /** Its place in the plan. */
  readonly index: number;
  /** Running totals, or the events one by one: what a profile needs. */
  readonly keeps: 'totals' | 'events';
  /** Of totals: the event's values, whose sums are kept beside the number of events. Of events: the columns kept of each. */
  readonly values: readonly string[];
  /** What happened more than so many minutes before the stream's newest event, no window can see any more. */
  readonly retention: number;
  /** Totals since the beginning are read from it, so its keys are never forgotten. */
  readonly forever: boolean;
}

export interface OnlineLookup extends Lookup {
  readonly stream: OnlineStream;
  /** Of a stream that keeps events: what a row works out of them. */
  readonly profile?: Profile;
  /** Its numbers among all that are looked up for a row: from `start` to before `end`. Totals before each of its ends, or tallies. */
  readonly start: number;
  readonly end: number;
}

export interface OnlinePlan {
  readonly view: FeatureView;
  /** Changes with whatever makes state kept for another plan unusable for this one. */
  readonly version: string;
  /** How many minutes an event may be older than the newest of its kind and still count; and a row, and still be answered. */
  readonly lateness: number;
  readonly streams: readonly OnlineStream[];
  /** Those of totals, then one for each profile, in the same order: its one window is what the profile holds. */
  readonly lookups: readonly OnlineLookup[];
  readonly lookupOf: Plan['lookupOf'];
  readonly profileOf: Plan['profileOf'];
}

/** Throws FEATURES_INVALID for a wrong declaration. */
export function onlinePlanOf(view: FeatureView, { lateness = days(1) } = {}): OnlinePlan {
  const plan = planOf({ ...view, features: { ...view.features, ...signsOfLife(view) } });
  const { profiles, lookupOf, profileOf } = plan;
  const planned = [...plan.lookups, ...profiles.map(lookupOfProfile)];
  const forever = new Set(Object.values(view.features).flatMap((feature) => openStreams(plan, feature)));
  const totals = plan.streams.map((stream) => ({
    ...stream,
    keeps: 'totals' as const,
    values: view.events[stream.event]!.values,
  }));
  const events = profiles.map((profile) => ({
    ...streamOfProfile(profile),
    keeps: 'events' as const,
    values: profile.columns,
  }));
  const streams = [...totals, ...events].map((stream, index) => ({
    ...stream,
    index,
    retention: lateness + longestWindow(planned, stream) + (stream.snapshot?.every ?? 0),
    forever: forever.has(stream.name),
  }));
  const moments = Object.values(view.events).map(({ at }) => at);
  const version = hashOf({ derived: view.derived, moments, lateness, streams }).slice(0, 16);
  let end = 0;
  const lookups = planned.map((lookup): OnlineLookup => {
    const stream = streams.find(({ name }) => name === lookup.stream.name)!;
    const profile = profiles.find(({ name }) => name === lookup.name);
    const start = end;
    end += profile ? profile.tallies.length : (1 + lookup.ages.length) * widthOf(stream);
    return { ...lookup, stream, start, end, ...(profile && { profile }) };
  });
  return { view, version, lateness, streams, lookups, lookupOf, profileOf };
}

/** Numbers that a stream holds of each moment (count and sums), or of each event. */
export function widthOf({ keeps, values }: OnlineStream): number {
  return keeps === 'totals' ? 1 + values.length : values.length;
}

function lookupOfProfile(profile: Profile): Lookup {
  return {
    name: profile.name,
    stream: streamOfProfile(profile),
    by: Object.values(profile.match),
    ages: [profile.over],
  };
}

function streamOfProfile({ name, event, match, snapshot }: Profile): Stream {
  return { name, event, keys: Object.keys(match), snapshot };
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

function longestWindow(lookups: readonly Lookup[], { name }: Stream): number {
  const ages = lookups.filter(({ stream }) => stream.name === name).flatMap(({ ages }) => ages);
  return Math.max(0, ...ages);
}
