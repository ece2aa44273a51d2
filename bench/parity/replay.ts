// Replays a dataset through the online engine: first what happened before the days in question, as fast as it goes, then these days
// step by step, with every row looked up at its own time.

import type { Database } from '@flightdeck/dataset';
import {
  eventsOf,
  type FeatureAnswer,
  type FeatureEvent,
  type FeatureView,
  type OnlineFeatures,
} from '@flightdeck/features';

export interface Period {
  /** Minutes since 1970 UTC; `to` is not included. */
  readonly from: number;
  readonly to: number;
}

export interface Replay {
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly rows: number;
  readonly lookupsPerSecond: number;
  /** By the row's id. */
  readonly answers: Map<number, FeatureAnswer>;
}

/** Where rows and events come from. */
export interface Replayed {
  readonly database: Database;
  /** Table of the dataset's rows. */
  readonly from: string;
  readonly view: FeatureView;
}

export interface ReplayOptions extends Replayed {
  readonly period: Period;
  /**
   * `events-last`: minute by minute, rows one by one, and a minute's events only after its rows, as it is live.
   * `events-first`: hour by hour, all rows of an hour at once, when all its events are already in: nothing of them may show too early.
   */
  readonly order: 'events-last' | 'events-first';
}

const dayMinutes = 1440;
const eventsPerBatch = 512;

export async function replay(features: OnlineFeatures, options: ReplayOptions): Promise<Replay> {
  const { period, order } = options;
  const answers = new Map<number, FeatureAnswer>();
  const spent = { ingesting: 0, lookingUp: 0, events: 0 };
  const step = order === 'events-last' ? 1 : 60;

  /** One batch is under way while the next is prepared. */
  async function ingest(events: readonly FeatureEvent[]): Promise<void> {
    const started = performance.now();
    let underWay = accepted(features, []);
    for (let next = 0; next < events.length; next += eventsPerBatch) {
      const sent = accepted(features, events.slice(next, next + eventsPerBatch));
      await underWay;
      underWay = sent;
    }
    await underWay;
    spent.ingesting += performance.now() - started;
    spent.events += events.length;
  }

  async function lookup(rows: readonly Row[]): Promise<void> {
    const batches = order === 'events-last' ? rows.map((row) => [row]) : [rows];
    const started = performance.now();
    for (const batch of batches) {
      const found = await features.lookup(batch.map((row) => ({ time: row.time, columns: row, given: {} })));
      for (const [index, row] of batch.entries()) answers.set(row.id, found[index]!);
    }
    spent.lookingUp += performance.now() - started;
  }

  for (let day = await firstDay(options); day < period.to; day += dayMinutes) {
    const events = await eventsOfDay(options, day);
    if (day < period.from) {
      await ingest(events);
      continue;
    }
    const happening = Map.groupBy(events, ({ at }) => Math.floor(at / step));
    const asking = Map.groupBy(await rowsOfDay(options, day), ({ time }) => Math.floor(time / step));
    for (let at = day / step; at < (day + dayMinutes) / step; at++) {
      if (order === 'events-first') await ingest(happening.get(at) ?? []);
      await lookup(asking.get(at) ?? []);
      if (order === 'events-last') await ingest(happening.get(at) ?? []);
    }
  }
  return {
    events: spent.events,
    eventsPerSecond: Math.round(spent.events / (spent.ingesting / 1000)),
    rows: answers.size,
    lookupsPerSecond: Math.round(answers.size / (spent.lookingUp / 1000)),
    answers,
  };
}

async function accepted(features: OnlineFeatures, events: readonly FeatureEvent[]): Promise<void> {
  const outcomes = await features.ingest(events);
  const odd = outcomes.find(({ status }) => status !== 'accepted');
  if (odd) throw new Error(`A replayed event was not accepted: ${JSON.stringify(odd)}`);
}

export interface Row extends Record<string, unknown> {
  readonly id: number;
  readonly time: number;
}

/** Midnight UTC before the first row. */
async function firstDay({ database, from }: ReplayOptions): Promise<number> {
  const [first] = await database.rows(
    `select min(time) // ${dayMinutes} * ${dayMinutes} as day from ${from}`,
  );
  return Number(first?.day);
}

/** Everything that happens on a day, in order. */
export async function eventsOfDay(options: Replayed, day: number): Promise<FeatureEvent[]> {
  const within = Object.values(options.view.events).map(({ at }) => during(at, day));
  const rows = await rowsWhere(options, within.join(' or '));
  return rows
    .flatMap((row) => eventsOf(options.view, row))
    .filter(({ at }) => at >= day && at < day + dayMinutes)
    .sort((a, b) => a.at - b.at);
}

export function rowsOfDay(options: Replayed, day: number): Promise<Row[]> {
  return rowsWhere(options, during('time', day));
}

async function rowsWhere({ database, from }: Replayed, where: string): Promise<Row[]> {
  return (await database.rows(
    `select * exclude (local_date) from ${from} where ${where} order by id`,
  )) as unknown as Row[];
}

const during = (column: string, day: number) => `(${column} >= ${day} and ${column} < ${day + dayMinutes})`;
