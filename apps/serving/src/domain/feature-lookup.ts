// The features that an instance lacks, from the online store: what is asked, and what an answer means for a row.

import type { Clock } from '@flightdeck/core';
import {
  type FeatureRow,
  type FeatureTable,
  type FeatureView,
  featureStatuses,
  isAggregate,
  type OnlineFeatures,
  ownColumns,
  rawColumns,
} from '@flightdeck/features/online';
import type { featureStatuses as loggedStatuses } from '@flightdeck/monitoring/log';
import { wrongType } from './instance-errors.ts';

export interface FeatureLookup {
  /** Features that can be looked up, in the order of the table's numbers. */
  readonly aggregates: readonly string[];
  /** What an instance may hold beside its features: the columns that lookups go by. */
  readonly columns: ReadonlySet<string>;
  /** When the instance's event happens, milliseconds since 1970 UTC. WRONG_TYPE. */
  timeOf(instance: Instance, position: number): number;
  /** What the instances lack, as of these times; at once where the store can. Never throws: null where it is away, and `onFailure` hears why. */
  find(
    instances: readonly Instance[],
    times: Float64Array,
  ): FeatureTable | null | Promise<FeatureTable | null>;
}

export type Instance = Readonly<Record<string, unknown>>;

export interface FeatureLookupOptions {
  readonly view: FeatureView;
  readonly engine: OnlineFeatures;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

/** A table of features and the prediction log mean the same by a code: other statuses would not fit this type. */
const statuses: typeof loggedStatuses = featureStatuses;

export const statusCode = Object.fromEntries(statuses.map((status, code) => [status, code])) as Record<
  (typeof statuses)[number],
  number
>;

export function featureLookup({ view, engine, clock, onFailure }: FeatureLookupOptions): FeatureLookup {
  function failed(error: unknown): null {
    onFailure(error);
    return null;
  }

  return {
    aggregates: Object.keys(view.features).filter((name) => isAggregate(view.features[name]!)),
    columns: new Set(lookupColumns(view)),
    timeOf({ time }, position) {
      const at = time === undefined || time === null ? clock() : momentIn(time);
      if (at !== null) return at;
      throw wrongType(
        position,
        'time',
        'milliseconds since 1970 UTC, or a time like 2001-05-01T12:00:00Z',
        time,
      );
    },
    find(instances, times) {
      try {
        const table = engine.lookupTable(instances.map((instance, row) => rowOf(instance, times[row]!)));
        return table instanceof Promise ? table.catch(failed) : table;
      } catch (error) {
        return failed(error);
      }
    },
  };
}

/** An instance has been read before, so what it holds under a feature's name is that feature. */
function rowOf(instance: Instance, time: number): FeatureRow {
  return { time: Math.floor(time / 60_000), columns: instance, given: instance };
}

/** Milliseconds since 1970 UTC, from a number of them or ISO 8601; null for what is no time. */
export function momentIn(time: unknown): number | null {
  const at = typeof time === 'string' ? Date.parse(time) : time;
  return typeof at === 'number' && Number.isSafeInteger(Math.trunc(at)) ? at : null;
}

/** The raw columns behind what aggregates match this row by, and behind its place on their cycles. */
function lookupColumns(view: FeatureView): string[] {
  const aggregates = [...Object.values(view.features).filter(isAggregate), ...Object.values(view.priors)];
  return aggregates.flatMap(ownColumns).flatMap((name) => rawColumns(view, name));
}
