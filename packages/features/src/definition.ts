// The language features are declared in. A declaration is data, never code: the offline engine compiles it to point-in-time SQL, the
// online engine to an incremental aggregator, and its hash is the feature version that a run records.
//
// Times are whole minutes since 1970 UTC. "This row" is the row that is to be predicted, at its `time`; events are what happened to all
// rows, each at the moment named by the event's `at` column. A window sees the events that happened strictly before its end.

import { hashOf } from '@flightdeck/core';

export interface FeatureView {
  readonly name: string;
  /** Columns that hold the same kind of name, so that one can be matched with another: an airport is an origin and a destination. */
  readonly entities: Readonly<Record<string, readonly string[]>>;
  /** Columns worked out from a row alone. */
  readonly derived: Readonly<Record<string, Derived>>;
  readonly events: Readonly<Record<string, EventDefinition>>;
  /** Aggregates that others are smoothed towards, and that are no features themselves. */
  readonly priors: Readonly<Record<string, Mean>>;
  /** In the order in which a model sees them. */
  readonly features: Readonly<Record<string, Feature>>;
  /** The derived column, 0 or 1, that the model predicts. */
  readonly label: string;
}

export type Derived =
  | { readonly kind: 'bucket'; readonly column: string; readonly size: number }
  | { readonly kind: 'exceeds'; readonly column: string; readonly threshold: number }
  | { readonly kind: 'clip'; readonly column: string; readonly minimum: number; readonly maximum: number }
  /** The column less another: when a thing was due is when it happened, less its delay. */
  | { readonly kind: 'difference'; readonly column: string; readonly less: string };

export interface EventDefinition {
  /** The column that says when it happens. */
  readonly at: string;
  /** Columns that become known by it. An event without values can only be counted. */
  readonly values: readonly string[];
  /** Columns that become known by it and say where it belongs on a cycle, such as the minute of the day at which it was due. */
  readonly positions?: readonly string[];
  /** Minutes after which silence is suspicious: with no event of this kind for so long, what is looked up counts as stale. */
  readonly freshness?: number;
}

/** Which events belong to this row: the event row's column (left) equals this row's column (right). Empty: all of them. */
export type Match = Readonly<Record<string, string>>;

/** A window that ends at the last of regular moments, not at the row's own: every `every` minutes, `offset` minutes after midnight UTC. */
export interface Snapshot {
  readonly every: number;
  readonly offset: number;
}

interface Window {
  readonly event: string;
  readonly match: Match;
  /** Length in minutes. With a snapshot: a multiple of its `every`. */
  readonly over: number;
  readonly snapshot?: Snapshot;
}

/** Mean of an event's value over a window; with smoothing (sum + weight * prior) / (n + weight), without it NULL where n = 0. */
export interface Mean extends Window {
  readonly kind: 'mean';
  readonly value: string;
  readonly smoothing?: { readonly towards: string; readonly weight: number };
}

/** Number of events in a window. */
export interface Count extends Window {
  readonly kind: 'count';
}

/** How many are between two events: those that `opens` has happened to, less those that `closes` has. */
export interface Open {
  readonly kind: 'open';
  readonly opens: string;
  readonly closes: string;
  readonly match: Match;
}

/** Where an event lies on a cycle, seen from this row: x = the row's column `own` - the event's position `theirs`, modulo `period`. */
export interface Nearness {
  /** One of the event's `positions`. */
  readonly theirs: string;
  readonly own: string;
  readonly period: number;
  /** Near are the events for which x or x - period is in [from, to]: x = 10 is 10 earlier on the cycle than this row, x = -10 is 10 later. */
  readonly from: number;
  readonly to: number;
}

/**
 * The number of events in a window that are near this row on a cycle; with `value`, the mean of that value over them, NULL where there are
 * none. Positions and bounds are whole numbers, -period < from <= to < period, and to - from < period.
 *
 * This is the one kind for which an engine keeps single events. So its window ends at a snapshot: what is kept of a key changes once a
 * snapshot, and all rows until the next share it.
 */
export interface Near extends Window, Nearness {
  readonly kind: 'near';
  readonly snapshot: Snapshot;
  readonly value?: string;
}

/**
 * How many events are due and have not come: the number near this row in `expected`, as a mean per cycle (n * period / over, in double
 * precision, in this order), less the number in the window `seen`, which ends at this row's time. The two need not be the same events:
 * flights that have landed tell when one is due to depart.
 */
export interface Deficit {
  readonly kind: 'deficit';
  readonly match: Match;
  readonly expected: Omit<Near, 'kind' | 'match' | 'value'>;
  readonly seen: Pick<Window, 'event' | 'over'>;
}

/** A column of the row, as it is. */
export interface Column {
  readonly kind: 'number' | 'category';
  readonly column: string;
}

export type Aggregate = Mean | Count | Open | Near | Deficit;

export type Feature = (Column | Aggregate) & {
  readonly description: string;
  /** Bounds that serving holds requests to. */
  readonly minimum?: number;
  readonly maximum?: number;
  /** What stands in where a request lacks the value. None: it is missing, and the model's graph puts the training mean in its place. */
  readonly default?: number | string;
};

/** The feature version: a hash of the declarations. */
export function featureVersion(view: FeatureView): string {
  return hashOf(view);
}

export const hours = (count: number): number => count * 60;
export const days = (count: number): number => count * 1440;

/** A window aggregate, as opposed to a column of the row. */
export function isAggregate(feature: Feature): feature is Feature & Aggregate {
  return feature.kind !== 'number' && feature.kind !== 'category';
}

/** The columns of this row that an aggregate is looked up by, and that say where on a cycle the row is. */
export function ownColumns(aggregate: Aggregate): string[] {
  const nearness = aggregate.kind === 'deficit' ? aggregate.expected : aggregate;
  return [...Object.values(aggregate.match), ...('own' in nearness ? [nearness.own] : [])];
}
