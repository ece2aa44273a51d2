// The online engine: takes events as they happen, and answers what the offline engine would compute for a row of this time. Which
// store keeps the totals, it does not care.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import { isAggregate } from '../definition.ts';
import { columnReader } from './columns.ts';
import { type EventOutcome, eventIntake, type FeatureEvent } from './event-intake.ts';
import {
  compileQuestions,
  type FeatureRow,
  type FeatureStatus,
  type FeatureTable,
  featureStatuses,
} from './feature-table.ts';
import type { OnlinePlan } from './online-plan.ts';
import type { Arrival, FeatureStore } from './store.ts';

export type { FeatureRow, FeatureStatus } from './feature-table.ts';

export type FeatureValue = number | string | null;

export interface FeatureAnswer {
  readonly values: Readonly<Record<string, FeatureValue>>;
  readonly statuses: Readonly<Record<string, FeatureStatus>>;
}

export interface OnlineFeatures {
  /** One outcome per event, in order. Throws what the store throws; the same events may be sent again then. */
  ingest(events: readonly FeatureEvent[]): Promise<EventOutcome[]>;
  /** Works out what the rows lack from what happened before their times, in one round trip, or at once where the store can. Throws ROW_TIME_INVALID and what the store throws. */
  lookupTable(rows: readonly FeatureRow[]): FeatureTable | Promise<FeatureTable>;
  /** The same, with every feature by its name, what was given too, and defaults. Dear: an answer is an object of as many fields. */
  lookup(rows: readonly FeatureRow[]): Promise<FeatureAnswer[]>;
}

export function onlineFeatures(
  plan: OnlinePlan,
  store: FeatureStore,
  { clock }: { clock: Clock },
): OnlineFeatures {
  const arrivalOf = eventIntake(plan, clock);
  const questionOf = compileQuestions(plan);
  const answersOf = compileAnswers(plan);

  function lookupTable(rows: readonly FeatureRow[]): FeatureTable | Promise<FeatureTable> {
    const { keys, tableOf } = questionOf(rows);
    const found = store.read(keys);
    return found instanceof Promise ? found.then(tableOf) : tableOf(found);
  }

  return {
    async ingest(events) {
      const checked = events.map((event) => outcomeOrArrival(arrivalOf, event));
      const arrivals = checked.filter((one) => 'additions' in one);
      const statuses = (await store.add(arrivals)).values();
      return checked.map((one) => ('additions' in one ? { status: statuses.next().value! } : one));
    },
    lookupTable,
    lookup: async (rows) => answersOf(rows, await lookupTable(rows)),
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

/** A table by name, with what was given and what stands in where nothing is known. */
function compileAnswers({ view }: OnlinePlan) {
  const aggregates = Object.keys(view.features).filter((name) => isAggregate(view.features[name]!));
  const features = Object.entries(view.features).map(([name, feature]) => ({
    name,
    fallback: feature.default ?? null,
    place: aggregates.indexOf(name),
    readColumn: 'column' in feature ? columnReader(view, feature.column) : () => undefined,
  }));

  return (rows: readonly FeatureRow[], { values, statuses }: FeatureTable): FeatureAnswer[] =>
    rows.map(({ given, columns }, row) => {
      const answers = features.map(({ name, fallback, place, readColumn }) => {
        const own = (given[name] ?? readColumn(columns) ?? null) as FeatureValue;
        if (own !== null) return { name, value: own, status: 'given' } as const;
        if (place < 0) return { name, value: fallback, status: 'default' } as const;
        const at = row * aggregates.length + place;
        const status = featureStatuses[statuses[at]!]!;
        return { name, value: status === 'default' ? fallback : values[at]!, status };
      });
      return {
        values: Object.fromEntries(answers.map(({ name, value }) => [name, value])),
        statuses: Object.fromEntries(answers.map(({ name, status }) => [name, status])),
      };
    });
}
