// The online engine: takes events as they happen, and answers what the offline engine would compute for a row of this time. Which
// store keeps the totals, it does not care.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { Feature } from '../definition.ts';
import { type Columns, type ColumnValue, columnReader, keyOf } from './columns.ts';
import { type EventOutcome, eventIntake, type FeatureEvent } from './event-intake.ts';
import { type CompiledAggregate, compileAggregate, type RowTotals } from './feature-values.ts';
import type { OnlinePlan } from './online-plan.ts';
import { compileTallies } from './profile-tallies.ts';
import type { Arrival, FeatureStore, Read, Totals } from './store.ts';
import { endsOf } from './window-ends.ts';

/** A row to be predicted. */
export interface FeatureRow {
  /** Whole minutes since 1970 UTC. */
  readonly time: number;
  /** Raw columns by which its aggregates are looked up, and that say where on a cycle it is. Features that are columns count as such, so `given` may bring them. */
  readonly columns: Columns;
  /** Features that the request brought; null counts as not brought. */
  readonly given: Readonly<Record<string, FeatureValue>>;
}

export type FeatureValue = number | string | null;

/**
 * `given`: the request brought it. `present`: looked up. `stale`: looked up, but no event that it is worked out from has happened for
 * longer than that event's declared freshness. `default`: nothing is known, so its declared default stands in, or null.
 */
export type FeatureStatus = 'given' | 'present' | 'stale' | 'default';

export interface FeatureAnswer {
  readonly values: Readonly<Record<string, FeatureValue>>;
  readonly statuses: Readonly<Record<string, FeatureStatus>>;
}

export interface OnlineFeatures {
  /** One outcome per event, in order. Throws what the store throws; the same events may be sent again then. */
  ingest(events: readonly FeatureEvent[]): Promise<EventOutcome[]>;
  /** Works out what the rows lack from what happened before their times, in one round trip. Throws ROW_TIME_INVALID and what the store throws. */
  lookup(rows: readonly FeatureRow[]): Promise<FeatureAnswer[]>;
  /** The answer when the store cannot be asked: what is given, and defaults. */
  withoutLookup(rows: readonly FeatureRow[]): FeatureAnswer[];
}

export function onlineFeatures(
  plan: OnlinePlan,
  store: FeatureStore,
  { clock }: { clock: Clock },
): OnlineFeatures {
  const arrivalOf = eventIntake(plan, clock);
  const features = Object.entries(plan.view.features).map(([name, feature]) =>
    compileFeature(plan, name, feature),
  );
  const lookups = compileLookups(plan);
  const readsOf = rowReader(features, lookups);

  return {
    async ingest(events) {
      const checked = events.map((event) => outcomeOrArrival(arrivalOf, event));
      const arrivals = checked.filter((one) => 'additions' in one);
      const statuses = (await store.add(arrivals)).values();
      return checked.map((one) => ('additions' in one ? { status: statuses.next().value! } : one));
    },
    async lookup(rows) {
      const wanted = rows.map(readsOf);
      const found = await store.read(wanted.flatMap(({ reads }) => reads));
      let next = 0;
      return rows.map((row, index) => {
        const { places, columns } = wanted[index]!;
        const totals: RowTotals[number][] = [];
        for (const place of places) totals[place] = lookups[place]!.tell(found[next++]!, columns);
        return answer(features, row, totals);
      });
    },
    withoutLookup: (rows) => rows.map((row) => answer(features, row, [])),
  };
}

function outcomeOrArrival(
  arrivalOf: (event: FeatureEvent) => Arrival,
  event: FeatureEvent,
): Arrival | EventOutcome {
  try {
    return arrivalOf(event);
  } catch (error) {
    if (!(error instanceof FlightdeckError)) throw error;
    return { status: 'refused', code: error.code, message: error.message };
  }
}

interface CompiledFeature {
  readonly name: string;
  /** What stands in where nothing is known. */
  readonly fallback: FeatureValue;
  /** The column that it is; none for an aggregate. */
  readonly column?: { readonly name: string; readonly read: (columns: Columns) => ColumnValue };
  readonly aggregate?: CompiledAggregate;
}

function compileFeature(plan: OnlinePlan, name: string, feature: Feature): CompiledFeature {
  const fallback = feature.default ?? null;
  if (!('column' in feature)) return { name, fallback, aggregate: compileAggregate(plan, feature) };
  return { name, fallback, column: { name: feature.column, read: columnReader(plan.view, feature.column) } };
}

interface CompiledLookup {
  /** What to read for a row with these columns; undefined where they do not say whose. */
  read(columns: Columns, time: number): Read | undefined;
  /** What a row with these columns makes of what was read: of a profile's events, its tallies. */
  tell(found: Totals, columns: Columns): Totals;
}

function compileLookups(plan: OnlinePlan): CompiledLookup[] {
  return plan.lookups.map((lookup) => {
    const stream = plan.streams.find(({ name }) => name === lookup.stream.name)!;
    const readers = lookup.by.map((name) => columnReader(plan.view, name));
    const profile = plan.profiles.find(({ name }) => name === lookup.name);
    const tallies = profile && compileTallies(plan, profile);
    return {
      read(columns, time) {
        const key = keyOf(readers.map((read) => read(columns)));
        return key === undefined ? undefined : { stream, key, time, ends: endsOf(lookup, time) };
      },
      tell: (found, columns) => (tallies && found ? tallies(found, columns) : found),
    };
  });
}

/** What a row needs: the lookups behind the aggregates it lacks, where its columns say whose. */
function rowReader(
  features: readonly CompiledFeature[],
  lookups: readonly CompiledLookup[],
): (row: FeatureRow) => { reads: Read[]; places: number[]; columns: Columns } {
  return (row) => {
    const { time } = row;
    if (!Number.isSafeInteger(time))
      throw new FlightdeckError(
        'ROW_TIME_INVALID',
        `A row's time must be whole minutes since 1970 UTC, not ${time}.`,
      );
    const columns = columnsOf(features, row);
    const reads: Read[] = [];
    const places: number[] = [];
    for (const place of lacking(features, row)) {
      const read = lookups[place]!.read(columns, time);
      if (read === undefined) continue;
      reads.push(read);
      places.push(place);
    }
    return { reads, places, columns };
  };
}

function lacking(features: readonly CompiledFeature[], { given }: FeatureRow): Set<number> {
  const places = new Set<number>();
  for (const { name, aggregate } of features) {
    if (aggregate && (given[name] ?? null) === null) for (const place of aggregate.lookups) places.add(place);
  }
  return places;
}

/** A row's columns, with those that it brought as features. */
function columnsOf(features: readonly CompiledFeature[], { columns, given }: FeatureRow): Columns {
  const known: Record<string, unknown> = { ...columns };
  for (const { name, column } of features) if (column) known[column.name] ??= given[name];
  return known;
}

function answer(features: readonly CompiledFeature[], row: FeatureRow, totals: RowTotals): FeatureAnswer {
  const values: Record<string, FeatureValue> = {};
  const statuses: Record<string, FeatureStatus> = {};
  for (const feature of features) {
    const given = givenValue(feature, row);
    const value = given ?? lookedUp(feature, totals);
    values[feature.name] = value ?? feature.fallback;
    statuses[feature.name] =
      given !== null ? 'given' : value === null ? 'default' : freshness(feature, totals);
  }
  return { values, statuses };
}

function givenValue({ name, column }: CompiledFeature, { given, columns }: FeatureRow): FeatureValue {
  return given[name] ?? column?.read(columns) ?? null;
}

function lookedUp({ aggregate }: CompiledFeature, totals: RowTotals): number | null {
  if (!aggregate?.lookups.every((place) => totals[place])) return null;
  return aggregate.value(totals);
}

function freshness({ aggregate }: CompiledFeature, totals: RowTotals): FeatureStatus {
  return aggregate!.stale(totals) ? 'stale' : 'present';
}
