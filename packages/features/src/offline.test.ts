// The offline engine against an oracle that is too slow to be wrong: every feature of every row worked out from its definition by
// looking at all events. And against the future: what happens later must not change what was known before.

import { type Database, openDatabase } from '@flightdeck/dataset';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Aggregate, FeatureView, Match, Nearness, Snapshot } from './definition.ts';
import { buildFeatureTable } from './offline.ts';

interface Flight {
  readonly id: number;
  readonly time: number;
  readonly landed_at: number;
  readonly origin: string;
  readonly destination: string;
  readonly delay: number;
  readonly minute_of_day: number;
}

const snapshot = { every: 100, offset: 30 };
const route = { origin: 'origin', destination: 'destination' };
const mean = { kind: 'mean', description: '' } as const;

/** A cycle of 90 minutes, so that a few flights meet often, and across its end. */
const landed = { event: 'landing', over: 200, snapshot } as const;
const due = { theirs: 'due', own: 'minute_of_day', period: 90 } as const;
const near = { kind: 'near', match: route, ...landed, ...due, description: '' } as const;

/** Every kind of declaration once, with windows short enough for small tables to matter. */
const view: FeatureView = {
  name: 'test',
  entities: { airport: ['origin', 'destination'] },
  derived: {
    late: { kind: 'exceeds', column: 'delay', threshold: 15 },
    clipped: { kind: 'clip', column: 'delay', minimum: -30, maximum: 60 },
    slot: { kind: 'bucket', column: 'minute_of_day', size: 180 },
    due: { kind: 'difference', column: 'minute_of_day', less: 'delay' },
  },
  events: {
    departure: { at: 'time', values: [] },
    landing: { at: 'landed_at', values: ['late', 'clipped'], positions: ['due', 'minute_of_day'] },
  },
  priors: {
    late_everywhere: { kind: 'mean', event: 'landing', value: 'late', match: {}, over: 300, snapshot },
  },
  features: {
    origin: { kind: 'category', column: 'origin', description: '' },
    minute_of_day: { kind: 'number', column: 'minute_of_day', description: '' },
    out_of_origin: { ...mean, event: 'landing', value: 'clipped', match: { origin: 'origin' }, over: 60 },
    into_origin: { ...mean, event: 'landing', value: 'late', match: { destination: 'origin' }, over: 60 },
    into_origin_longer: {
      ...mean,
      event: 'landing',
      value: 'late',
      match: { destination: 'origin' },
      over: 200,
    },
    smoothed: {
      ...mean,
      event: 'landing',
      value: 'late',
      match: route,
      over: 200,
      smoothing: { towards: 'late_everywhere', weight: 5 },
    },
    history: {
      ...mean,
      event: 'landing',
      value: 'late',
      match: { ...route, slot: 'slot' },
      over: 200,
      snapshot,
    },
    everywhere: { ...mean, event: 'landing', value: 'clipped', match: {}, over: 60 },
    departures: { kind: 'count', event: 'departure', match: { origin: 'origin' }, over: 60, description: '' },
    under_way: {
      kind: 'open',
      opens: 'departure',
      closes: 'landing',
      match: { destination: 'destination' },
      description: '',
    },
    due_around: { ...near, from: -10, to: 25 },
    due_before: { ...near, match: { origin: 'destination' }, from: 5, to: 60 },
    due_after: { ...near, match: {}, from: -40, to: -1 },
    delay_when_due: { ...near, match: {}, from: -10, to: 25, value: 'clipped' },
    late_at_this_minute: { ...near, match: {}, theirs: 'minute_of_day', from: -20, to: 20, value: 'late' },
    missing: {
      kind: 'deficit',
      match: { origin: 'origin' },
      expected: { ...landed, ...due, from: 0, to: 29 },
      seen: { event: 'departure', over: 30 },
      description: '',
    },
  },
  label: 'late',
};

const flight: fc.Arbitrary<Omit<Flight, 'id'>> = fc
  .record({
    time: fc.integer({ min: 0, max: 400 }),
    flying: fc.integer({ min: 20, max: 90 }),
    origin: fc.constantFrom('AAA', 'BBB', 'CCC'),
    destination: fc.constantFrom('AAA', 'BBB', 'CCC'),
    delay: fc.integer({ min: -60, max: 200 }),
  })
  .map(({ flying, ...rest }) => ({
    ...rest,
    landed_at: rest.time + flying,
    minute_of_day: (rest.time * 7) % 1440,
  }));

const flights = (minimum: number, maximum: number) =>
  fc
    .array(flight, { minLength: minimum, maxLength: maximum })
    .map((rows) => rows.map((row, id): Flight => ({ id, ...row })));

type Row = Record<string, unknown>;

let database: Database;
beforeAll(async () => {
  database = await openDatabase({ memoryLimit: '300MB' });
});
afterAll(() => database.close());

async function build(rows: readonly Flight[], wanted: FeatureView = view, where = 'true'): Promise<Row[]> {
  const values = rows.map(
    (row) =>
      `(${row.id}, ${row.time}, ${row.landed_at}, '${row.origin}', '${row.destination}', ${row.delay}, ${row.minute_of_day})`,
  );
  await database.run(`create or replace table flights as select * from (values ${values.join(', ')})
    t(id, time, landed_at, origin, destination, delay, minute_of_day)`);
  await buildFeatureTable(database, wanted, { from: 'flights', where, keep: [], into: 'features' });
  return database.rows('select * from features order by id');
}

describe('the offline engine', { timeout: 60_000 }, () => {
  it('says what the definitions say, for every feature of every row', async () => {
    await fc.assert(
      fc.asyncProperty(flights(1, 40), async (rows) => {
        const built = await build(rows);
        expect(built).toHaveLength(rows.length);
        for (const [index, row] of rows.entries()) {
          for (const [name, expected] of Object.entries(oracle(rows, row))) {
            const actual = built[index]![name];
            if (typeof expected === 'number') expect(actual, name).toBeCloseTo(expected, 4);
            else expect(actual, name).toBe(expected);
          }
        }
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  it('gives a row the same features whether it is asked for alone or with all others', async () => {
    await fc.assert(
      fc.asyncProperty(flights(5, 30), async (rows) => {
        const all = await build(rows);
        const some = await build(rows, view, 'id % 3 = 1');
        expect(some).toEqual(all.filter((row) => Number(row.id) % 3 === 1));
      }),
      { numRuns: 10, seed: 2 },
    );
  });
});

describe('no future reaches a feature', { timeout: 60_000 }, () => {
  /** Features of the rows of `before`, in a world where `later` happens as well or instead. */
  const ofPresent = async (rows: readonly Flight[], wanted: FeatureView, moment: number) =>
    (await build(rows, wanted, `time <= ${moment}`)).filter(({ id }) => Number(id) < 1000);

  /** Adds flights that land at or after `moment`, and changes the delays of those that were there and land then. */
  async function changesUnder(wanted: FeatureView): Promise<boolean> {
    let changed = false;
    await fc.assert(
      fc.asyncProperty(
        flights(5, 25),
        flights(1, 10),
        fc.integer({ min: 50, max: 400 }),
        async (rows, others, moment) => {
          const added = others
            .map((other) => ({ ...other, id: other.id + 1000, time: Math.max(other.time, moment) }))
            .map((other) => ({ ...other, landed_at: other.time + 30 }));
          const altered = rows.map((row) =>
            row.landed_at >= moment ? { ...row, delay: 200 - row.delay } : row,
          );
          const truth = await ofPresent(rows, wanted, moment);
          const elsewhere = await ofPresent([...altered, ...added], wanted, moment);
          const unlabelled = (found: Row[]) => found.map(({ label: _, ...row }) => row);
          changed ||= JSON.stringify(unlabelled(truth)) !== JSON.stringify(unlabelled(elsewhere));
        },
      ),
      { numRuns: 12, seed: 3 },
    );
    return changed;
  }

  it('when later-landing flights are added or altered', async () => {
    expect(await changesUnder(view)).toBe(false);
  });

  it.each([
    ['all it declares', view.features],
    ['where flights were due', { due_around: view.features.due_around!, missing: view.features.missing! }],
  ])(
    'and the test would notice: a view that knows of a delay at departure fails it, by %s',
    async (_, features) => {
      const landing = { ...view.events.landing!, at: 'time' };
      expect(await changesUnder({ ...view, features, events: { ...view.events, landing } })).toBe(true);
    },
  );

  it('a flight that departs earlier and lands later changes counts of departures, and nothing that speaks of delays', async () => {
    const row = {
      id: 0,
      time: 200,
      landed_at: 260,
      origin: 'AAA',
      destination: 'BBB',
      delay: 0,
      minute_of_day: 10,
    };
    const [alone] = await build([row]);
    const [joined] = await build([row, { ...row, id: 1, time: 190, delay: 120 }], view, 'id = 0');
    expect(joined).toEqual({ ...alone, departures: 1, under_way: 1, missing: -1 });
  });
});

/** Features by definition. NULL where a mean has nothing to average. */
function oracle(rows: readonly Flight[], row: Flight): Row {
  const { origin: _o, minute_of_day: _m, ...aggregates } = view.features;
  const values = Object.entries(aggregates).map(([name, feature]) => [
    name,
    value(rows, row, feature as Aggregate),
  ]);
  return {
    origin: row.origin,
    minute_of_day: row.minute_of_day,
    label: row.delay > 15 ? 1 : 0,
    ...Object.fromEntries(values),
  };
}

function value(rows: readonly Flight[], row: Flight, feature: Aggregate): number | null {
  const within = (window: Window) => eventsWithin(rows, row, feature.match, window);
  switch (feature.kind) {
    case 'open':
      return (
        within({ event: feature.opens, over: Number.POSITIVE_INFINITY }).length -
        within({ event: feature.closes, over: Number.POSITIVE_INFINITY }).length
      );
    case 'count':
      return within(feature).length;
    case 'near': {
      const events = within(feature).filter((other) => isNear(other, row, feature));
      return feature.value === undefined ? events.length : meanOf(events, feature.value);
    }
    case 'deficit': {
      const expected = within(feature.expected).filter((other) => isNear(other, row, feature.expected));
      const cycles = feature.expected.over / feature.expected.period;
      return expected.length / cycles - within(feature.seen).length;
    }
    case 'mean': {
      const seen = within(feature);
      if (!feature.smoothing) return meanOf(seen, feature.value);
      const { towards, weight } = feature.smoothing;
      const prior = value(rows, row, view.priors[towards]!);
      if (prior === null) return null;
      return (sumOf(seen, feature.value) + weight * prior) / (seen.length + weight);
    }
  }
}

interface Window {
  readonly event: string;
  readonly over: number;
  readonly snapshot?: Snapshot;
}

function eventsWithin(
  rows: readonly Flight[],
  row: Flight,
  match: Match,
  { event, over, snapshot }: Window,
): Flight[] {
  const end = snapshot
    ? Math.floor((row.time - snapshot.offset) / snapshot.every) * snapshot.every + snapshot.offset
    : row.time;
  const at = (other: Flight) => (event === 'departure' ? other.time : other.landed_at);
  return rows.filter(
    (other) =>
      at(other) < end &&
      at(other) >= end - over &&
      Object.entries(match).every(([theirs, own]) => columns(other)[theirs] === columns(row)[own]),
  );
}

/** However many cycles apart. */
function isNear(other: Flight, row: Flight, { theirs, own, period, from, to }: Nearness): boolean {
  const x = Number(columns(row)[own]) - Number(columns(other)[theirs]);
  const cycles = Array.from({ length: 101 }, (_, index) => index - 50);
  return cycles.some((cycle) => x + cycle * period >= from && x + cycle * period <= to);
}

function columns(row: Flight): Row {
  return {
    ...row,
    slot: Math.floor(row.minute_of_day / 180),
    late: Number(row.delay > 15),
    clipped: Math.max(-30, Math.min(60, row.delay)),
    due: row.minute_of_day - row.delay,
  };
}

function meanOf(events: readonly Flight[], of: string): number | null {
  return events.length === 0 ? null : sumOf(events, of) / events.length;
}

function sumOf(events: readonly Flight[], of: string): number {
  return events.reduce((sum, other) => sum + Number(columns(other)[of]), 0);
}
