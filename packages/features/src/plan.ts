// The plan: what an engine has to keep and to look up, worked out from the declarations once. Many features share a stream ("landings by
// destination"), and several windows of a stream are differences of the same running totals. Both engines execute this plan: the
// offline engine as SQL, the online engine as an aggregator over the same streams.

import { FlightdeckError } from '@flightdeck/core';
import {
  type Count,
  type FeatureView,
  isAggregate,
  type Match,
  type Mean,
  type Open,
  type Snapshot,
} from './definition.ts';

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

export interface Plan {
  readonly streams: readonly Stream[];
  readonly lookups: readonly Lookup[];
  /** The lookup that answers one part of an aggregate. */
  lookupOf(event: string, match: Match, snapshot?: Snapshot): Lookup;
}

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
  return {
    streams: [...streams.values()],
    lookups,
    lookupOf(event, match, snapshot) {
      const name = lookupName(streamOf(event, Object.keys(match), snapshot).name, Object.values(match));
      return lookups.find((lookup) => lookup.name === name)!;
    },
  };
}

interface Need {
  readonly event: string;
  readonly match: Match;
  readonly over: readonly number[];
  readonly snapshot?: Snapshot;
}

function needsOf(view: FeatureView): Need[] {
  const features = Object.entries(view.features).filter(([, feature]) => isAggregate(feature));
  const aggregates = [...Object.entries(view.priors), ...features] as [string, Mean | Count | Open][];
  return aggregates.flatMap(([name, aggregate]): Need[] => {
    requireSound(view, name, aggregate);
    return aggregate.kind === 'open'
      ? [aggregate.opens, aggregate.closes].map((event) => ({ event, match: aggregate.match, over: [] }))
      : [{ ...aggregate, over: [aggregate.over] }];
  });
}

function requireSound(view: FeatureView, name: string, aggregate: Mean | Count | Open): void {
  const wrong = (problem: string) =>
    new FlightdeckError('FEATURES_INVALID', `Feature ${name} of ${view.name}: ${problem}`);
  const events = aggregate.kind === 'open' ? [aggregate.opens, aggregate.closes] : [aggregate.event];
  for (const event of events) {
    if (!view.events[event])
      throw wrong(`no event "${event}". Declared are ${Object.keys(view.events).join(', ')}.`);
  }
  if (aggregate.kind === 'open') return;
  if (!(aggregate.over > 0)) throw wrong(`its window must be longer than 0 minutes, not ${aggregate.over}.`);
  if (aggregate.snapshot && aggregate.over % aggregate.snapshot.every !== 0) {
    throw wrong(
      `its window of ${aggregate.over} minutes is no multiple of its snapshot's ${aggregate.snapshot.every}.`,
    );
  }
  if (aggregate.kind === 'count') return;
  const values = view.events[aggregate.event]!.values;
  if (!values.includes(aggregate.value)) {
    throw wrong(
      `the event ${aggregate.event} does not make "${aggregate.value}" known, only ${values.join(', ') || 'nothing'}.`,
    );
  }
  const prior = aggregate.smoothing?.towards;
  if (prior !== undefined && !view.priors[prior]) throw wrong(`no prior "${prior}" to smooth towards.`);
}

function streamOf(event: string, keys: readonly string[], snapshot?: Snapshot): Stream {
  const every = snapshot ? `_every_${snapshot.every}_${snapshot.offset}` : '';
  const name = `${event}${keys.length > 0 ? `_by_${keys.join('_')}` : ''}${every}`;
  return snapshot ? { name, event, keys, snapshot } : { name, event, keys };
}

function lookupName(stream: string, by: readonly string[]): string {
  return by.length > 0 ? `${stream}_of_${by.join('_')}` : `${stream}_of_all`;
}
