// Both engines, the same declarations, the same rows: the same numbers, to the last bit.

import { type Database, openDatabase } from '@flightdeck/dataset';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeatureView } from '../definition.ts';
import { buildFeatureTable } from '../offline.ts';
import { memoryStore } from './memory-store.ts';
import { type Flight, flightsWithin, view } from './online.fixture.ts';
import { onlineFeatures } from './online-features.ts';
import { onlinePlanOf } from './online-plan.ts';
import { eventsOf } from './row-events.ts';

let database: Database;
beforeAll(async () => {
  database = await openDatabase({ memoryLimit: '300MB' });
});
afterAll(() => database.close());

async function offline(flights: readonly Flight[], wanted: FeatureView): Promise<Record<string, unknown>[]> {
  const values = flights.map(
    ({ id, time, landed_at, origin, destination, delay, minute_of_day }) =>
      `(${id}, ${time}, ${landed_at}, '${origin}', '${destination}', ${delay}::double, ${minute_of_day})`,
  );
  await database.run(`create or replace table flights as select * from (values ${values.join(', ')})
    t(id, time, landed_at, origin, destination, delay, minute_of_day)`);
  await buildFeatureTable(database, wanted, { from: 'flights', where: 'true', keep: [], into: 'features' });
  return database.rows('select * exclude (id, time, label) from features order by id');
}

/** Events in the order of a random draw, not of time; rows are asked for when all of them are in. */
async function online(flights: readonly Flight[], wanted: FeatureView): Promise<unknown[]> {
  const plan = onlinePlanOf(wanted, { lateness: 1_000 });
  const features = onlineFeatures(plan, memoryStore(plan), { clock: () => Number.MAX_SAFE_INTEGER });
  const events = flights.flatMap((flight) => eventsOf(wanted, flight));
  await features.ingest(events.toSorted((a, b) => ((a.at * 7919) % 101) - ((b.at * 7919) % 101)));
  const answers = await features.lookup(
    flights.map((flight) => ({ time: flight.time, columns: flight, given: {} })),
  );
  return answers.map(({ values }) => values);
}

it('what is looked up online is what the table for training holds', { timeout: 60_000 }, async () => {
  const { minute: _, ...features } = view.features;
  const wanted = {
    ...view,
    features: {
      ...features,
      weighted: { ...view.features.smoothed!, over: 300 } as typeof features.smoothed & object,
    },
  };
  await fc.assert(
    fc.asyncProperty(flightsWithin(800, { minLength: 1, maxLength: 60 }), async (flights) => {
      const unknown = { out_of_origin: 5 };
      const expected = (await offline(flights, wanted)).map((row) => ({
        ...row,
        ...(row.out_of_origin === null && unknown),
      }));
      expect(await online(flights, wanted)).toEqual(expected);
    }),
    { numRuns: 25, seed: 1 },
  );
});

it.each(['bucket', 'exceeds', 'clip', 'difference'] as const)(
  'a column derived by %s is the same number, to the rounding',
  async (kind) => {
    const rules = {
      bucket: { kind: 'bucket', column: 'delay', size: 0.7 },
      exceeds: { kind: 'exceeds', column: 'delay', threshold: 1.5 },
      clip: { kind: 'clip', column: 'delay', minimum: -30, maximum: 60 },
      difference: { kind: 'difference', column: 'minute_of_day', less: 'delay' },
    } as const;
    const derived = { ...view.derived, kind: rules[kind] };
    const events = { ...view.events, landing: { at: 'landed_at', values: ['kind'] } };
    const sum = {
      kind: 'mean',
      event: 'landing',
      value: 'kind',
      match: { destination: 'destination' },
      over: 900,
      description: '',
    } as const;
    const wanted: FeatureView = { ...view, derived, events, priors: {}, features: { sum } };
    const delays = [-100, -2.5, -1.5, -0.7, -0.5, 0, 0.5, 1.4, 1.5, 2.1, 2.5, 3.5, 59.5, 60.5, 1e6];
    const flights = delays.map((delay, id) => {
      const own = { id, time: id, landed_at: id + 1, origin: 'AAA', minute_of_day: 5, delay };
      return { ...own, destination: `to ${id}` };
    });
    const asking = flights.map((flight) => ({ ...flight, id: flight.id + 100, time: 500, landed_at: 501 }));
    const expected = await offline([...flights, ...asking], wanted);
    expect(await online([...flights, ...asking], wanted)).toEqual(expected);
  },
);
