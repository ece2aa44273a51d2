// From an event that somebody sent to what a store adds, or to the reason why not.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import type { FeatureView } from '../definition.ts';
import { type Columns, type ColumnValue, columnReader, keyOf, rawColumns } from './columns.ts';
import type { OnlinePlan, OnlineStream } from './online-plan.ts';
import type { Addition, Arrival, ArrivalOutcome } from './store.ts';
import { momentOf } from './window-ends.ts';

export interface FeatureEvent {
  /** An event of the feature view. */
  readonly type: string;
  /** Made by whoever reports the event, unique among those of its type: the same id is the same event. */
  readonly id: string;
  /** Minute at which it happened, since 1970 UTC: what the event's `at` column says in a dataset. */
  readonly at: number;
  /** The raw columns that the view's streams of this event need. */
  readonly columns: Columns;
}

export type EventOutcome =
  | { readonly status: ArrivalOutcome }
  | { readonly status: 'refused'; readonly code: string; readonly message: string };

/** Clocks of those who report events may be ahead of ours by so many minutes. */
const tolerance = 5;
const longestId = 200;

/** How events of one type become additions: which columns they must have, and where those go. */
interface Intake {
  readonly columns: readonly string[];
  readonly readers: readonly ((columns: Columns) => ColumnValue)[];
  /** How many of the columns, from the first, must be numbers: what is summed or kept. */
  readonly numbers: number;
  readonly streams: readonly StreamIntake[];
}

/** Where among the columns are the parts of a stream's key, and what it counts or keeps. */
interface StreamIntake {
  readonly stream: OnlineStream;
  readonly keys: readonly number[];
  readonly values: readonly number[];
}

/**
 * Checks events and takes them apart. Refusals: EVENT_TYPE_UNKNOWN, EVENT_INVALID (id, time or a needed column) and EVENT_FROM_FUTURE
 * (more than 5 minutes ahead of the clock: one wrong clock must not make everybody else's events late).
 */
export function eventIntake(plan: OnlinePlan, clock: Clock): (event: FeatureEvent) => Arrival {
  const types = new Map(Object.keys(plan.view.events).map((type) => [type, intakeOf(plan, type)]));

  return ({ type, id, at, columns }) => {
    const intake = types.get(type);
    if (!intake)
      throw refusal('TYPE_UNKNOWN', `No event "${type}". Declared are ${[...types.keys()].join(', ')}.`);
    if (id === '' || id.length > longestId)
      throw refusal('INVALID', `The id of a ${type} must be text of 1 to ${longestId} characters.`);
    if (!Number.isSafeInteger(at))
      throw refusal('INVALID', `The time of ${type} ${id} must be whole minutes since 1970 UTC, not ${at}.`);
    if (at > clock() / 60_000 + tolerance)
      throw refusal(
        'FROM_FUTURE',
        `${type} ${id} is more than ${tolerance} minutes ahead. Report it once it has happened; mend the clock if it has.`,
      );

    const found = intake.readers.map((read) => read(columns));
    const missing = found.findIndex(
      (value, index) => value === undefined || (index < intake.numbers && typeof value !== 'number'),
    );
    if (missing >= 0) {
      const needed = missingColumn(plan.view, intake, missing, columns);
      throw refusal('INVALID', `${type} ${id} needs ${needed}.`);
    }
    return { type, id, at, additions: intake.streams.map((one) => additionOf(one, found, at)) };
  };
}

function intakeOf(plan: OnlinePlan, type: string): Intake {
  const streams = plan.streams.filter((stream) => stream.event === type);
  const numbers = [
    ...new Set([...plan.view.events[type]!.values, ...streams.flatMap(({ values }) => values)]),
  ];
  const columns = [...numbers, ...new Set(streams.flatMap(({ keys }) => keys))];
  return {
    columns,
    readers: columns.map((name) => columnReader(plan.view, name)),
    numbers: numbers.length,
    streams: streams.map((stream) => ({
      stream,
      keys: stream.keys.map((key) => columns.lastIndexOf(key)),
      values: stream.values.map((value) => columns.indexOf(value)),
    })),
  };
}

function additionOf(
  { stream, keys, values }: StreamIntake,
  found: readonly ColumnValue[],
  at: number,
): Addition {
  const own = values.map((value) => found[value] as number);
  return {
    stream,
    key: keyOf(keys.map((key) => found[key]))!,
    moment: momentOf(stream, at),
    amounts: stream.keeps === 'totals' ? [1, ...own] : own,
  };
}

function missingColumn(view: FeatureView, intake: Intake, place: number, columns: Columns): string {
  const name = intake.columns[place]!;
  const raw = rawColumns(view, name);
  const wanted = raw[0] === name && place >= intake.numbers ? 'a name or a number' : 'a number';
  const wrong = raw.find((column) => typeof columns[column] !== 'number') ?? raw[0]!;
  return `"${wrong}", ${wanted}, and has ${JSON.stringify(columns[wrong])?.slice(0, 50) ?? 'none'}`;
}

function refusal(what: string, message: string): FlightdeckError {
  return new FlightdeckError(`EVENT_${what}`, message);
}
