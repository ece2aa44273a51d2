// The features that an instance lacks, from the online store: what is asked, and what an answer means for a row.

import type { Clock } from '@flightdeck/core';
import {
  type FeatureAnswer,
  type FeatureView,
  isAggregate,
  type OnlineFeatures,
  ownColumns,
  rawColumns,
} from '@flightdeck/features/online';
import { featureStatuses } from '@flightdeck/monitoring/log';
import { wrongType } from './instance-errors.ts';

export interface FeatureLookup {
  /** Features that can be looked up. */
  readonly aggregates: ReadonlySet<string>;
  /** What an instance may hold beside its features: the columns that lookups go by. */
  readonly columns: ReadonlySet<string>;
  /** When the instance's event happens, milliseconds since 1970 UTC. WRONG_TYPE. */
  timeOf(instance: Readonly<Record<string, unknown>>, position: number): number;
  /** One answer a row. Never throws: where the store is away, all answers are defaults, and `onFailure` hears why. */
  find(rows: readonly LookupRow[]): Promise<readonly FeatureAnswer[]>;
}

export interface LookupRow {
  readonly time: number;
  readonly instance: Readonly<Record<string, unknown>>;
}

export interface FeatureLookupOptions {
  readonly view: FeatureView;
  readonly engine: OnlineFeatures;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export const statusCode = Object.fromEntries(featureStatuses.map((status, code) => [status, code])) as Record<
  (typeof featureStatuses)[number],
  number
>;

export function featureLookup({ view, engine, clock, onFailure }: FeatureLookupOptions): FeatureLookup {
  const features = Object.entries(view.features);
  const aggregates = new Set(features.flatMap(([name, feature]) => (isAggregate(feature) ? [name] : [])));
  return {
    aggregates,
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
    async find(rows) {
      const asked = rows.map(({ time, instance }) => ({
        time: Math.floor(time / 60_000),
        columns: instance,
        given: givenFeatures(view, instance),
      }));
      try {
        return await engine.lookup(asked);
      } catch (error) {
        onFailure(error);
        return engine.withoutLookup(asked);
      }
    },
  };
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

function givenFeatures({ features }: FeatureView, instance: Readonly<Record<string, unknown>>) {
  const given: Record<string, number | string> = {};
  for (const name in features) {
    const value = instance[name];
    if (typeof value === 'number' || typeof value === 'string') given[name] = value;
  }
  return given;
}
