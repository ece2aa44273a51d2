// The plan: what an engine has to keep and to look up, worked out from the declarations once. Many features share a stream ("landings by
// destination"), and several windows of a stream are differences of the same running totals. Both engines execute this plan: the
// offline engine as SQL, the online engine as an aggregator over the same streams.

import {
  type Aggregate,
  type FeatureView,
  isAggregate,
  type Match,
  type Near,
  type Nearness,
  type Snapshot,
} from './definition.ts';
import { requireSound } from './soundness.ts';

/** Running totals of one event by one key: the number of events, and the sum of each value, before a moment. */
export interface Stream {
  readonly name: string;
  readonly event: string;
  /** The event row's columns; none for totals over everything. */
  readonly keys: readonly string[];
  readonly snapshot?: Snapshot;
}

/** A stream's events of a row's own key: how many there were ever, and count and sums over each window. */
export interface Lookup {
  readonly name: string;
  readonly stream: Stream;
  /** The row's columns, in the order of the stream's keys. */
  readonly by: readonly string[];
  /** Lengths of the windows in minutes, ascending. */
  readonly ages: readonly number[];
}

/** The single events of a row's own key that its last snapshot knows, back to `over` minutes before it. */
export interface Profile {
  readonly name: string;
  readonly event: string;
  readonly match: Match;
  readonly over: number;
  readonly snapshot: Snapshot;
  /** What is kept of each event: positions and values. */
  readonly columns: readonly string[];
  /** What a row works out of them. */
  readonly tallies: readonly Tally[];
}

/** The number of a profile's events that are near a row (`n`), or the sum of a value over these. */
export interface Tally extends Nearness {
  readonly name: string;
  readonly of: string;
}

export interface Plan {
  readonly streams: readonly Stream[];
  readonly lookups: readonly Lookup[];
  readonly profiles: readonly Profile[];
  /** The lookup that answers one part of an aggregate. */
  lookupOf(event: string, match: Match, snapshot?: Snapshot): Lookup;
  /** The profile that answers a `near`, with or without its value. */
  profileOf(near: Profiled): Profile;
}

/** A `near`, or what a deficit expects. */
export type Profiled = Omit<Near, 'kind' | 'value'>;

/** Groups the aggregates of a view. Throws FEATURES_INVALID, naming what is declared wrongly. */
export function planOf(view: FeatureView): Plan {
  const ages = new Map<string, Set<number>>();
  const found = new Map<string, Omit<Lookup, 'ages'>>();
  const streams = new Map<string, Stream>();

  for (const need of needsOf(view)) {
    const stream = streamOf(need.event, Object.keys(need.match), need.snapshot);
    const by = Object.values(need.match);
    const name = lookupName(stream.name, by);
    streams.set(stream.name, stream);
    found.set(name, { name, stream, by });
    ages.set(name, new Set([...(ages.get(name) ?? []), ...need.over]));
  }
  const lookups = [...found.values()].map((lookup) => ({
    ...lookup,
    ages: [...ages.get(lookup.name)!].sort((a, b) => a - b),
  }));
  const profiles = profilesOf(view);
  return {
    streams: [...streams.values()],
    lookups,
    profiles,
    lookupOf(event, match, snapshot) {
      const name = lookupName(streamOf(event, Object.keys(match), snapshot).name, Object.values(match));
      return lookups.find((lookup) => lookup.name === name)!;
    },
    profileOf: (near) => profiles.find(({ name }) => name === profileName(near))!,
  };
}

/** Name of the tally that counts what is near (`n`), or sums a value over it. */
export function tallyName({ theirs, own, period, from, to }: Nearness, of: string): string {
  return `${of}_${theirs}_near_${own}_${from}_${to}_of_${period}`;
}

interface Need {
  readonly event: string;
  readonly match: Match;
  readonly over: readonly number[];
  readonly snapshot?: Snapshot;
}

function needsOf(view: FeatureView): Need[] {
  return aggregatesOf(view).flatMap((aggregate): Need[] => {
    const { match } = aggregate;
    switch (aggregate.kind) {
      case 'near':
        return [];
      case 'deficit':
        return [{ match, event: aggregate.seen.event, over: [aggregate.seen.over] }];
      case 'open':
        return [aggregate.opens, aggregate.closes].map((event) => ({ event, match, over: [] }));
      default:
        return [{ ...aggregate, over: [aggregate.over] }];
    }
  });
}

function aggregatesOf(view: FeatureView): Aggregate[] {
  const aggregates = [
    ...Object.entries(view.priors),
    ...Object.entries(view.features).flatMap(([name, feature]) =>
      isAggregate(feature) ? [[name, feature] as const] : [],
    ),
  ];
  for (const [name, aggregate] of aggregates) requireSound(view, name, aggregate);
  return aggregates.map(([, aggregate]) => aggregate);
}

/** Aggregates that look at the same events share a profile, and within it what they count alike. */
function profilesOf(view: FeatureView): Profile[] {
  const profiles = new Map<string, Profile>();
  for (const near of aggregatesOf(view).flatMap(nearOf)) {
    const { event, match, over, snapshot, theirs, own, period, from, to } = near;
    const name = profileName(near);
    const known = profiles.get(name) ?? { columns: [], tallies: [] };
    const values = near.value === undefined ? [] : [near.value];
    const tallies = ['n', ...values].map((of) => ({
      name: tallyName(near, of),
      of,
      theirs,
      own,
      period,
      from,
      to,
    }));
    const fresh = tallies.filter((tally) => !known.tallies.some((other) => other.name === tally.name));
    profiles.set(name, {
      ...{ name, event, match, over, snapshot },
      columns: [...new Set([...known.columns, theirs, ...values])],
      tallies: [...known.tallies, ...fresh],
    });
  }
  return [...profiles.values()];
}

function nearOf(aggregate: Aggregate): Omit<Near, 'kind'>[] {
  if (aggregate.kind === 'near') return [aggregate];
  return aggregate.kind === 'deficit' ? [{ match: aggregate.match, ...aggregate.expected }] : [];
}

function profileName({ event, match, over, snapshot }: Profiled): string {
  const stream = streamOf(event, Object.keys(match), snapshot);
  return `${lookupName(stream.name, Object.values(match))}_back_${over}`;
}

function streamOf(event: string, keys: readonly string[], snapshot?: Snapshot): Stream {
  const every = snapshot ? `_every_${snapshot.every}_${snapshot.offset}` : '';
  const name = `${event}${keys.length > 0 ? `_by_${keys.join('_')}` : ''}${every}`;
  return snapshot ? { name, event, keys, snapshot } : { name, event, keys };
}

function lookupName(stream: string, by: readonly string[]): string {
  return by.length > 0 ? `${stream}_of_${by.join('_')}` : `${stream}_of_all`;
}
