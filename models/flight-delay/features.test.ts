// No future in the flagship's own declarations: what lands at or after a departure changes nothing that was known then.

import { type Database, openDatabase } from '@flightdeck/dataset';
import { buildFeatureTable } from '@flightdeck/features';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { features } from './features.ts';

interface Flight {
  readonly time: number;
  readonly flying: number;
  readonly origin: string;
  readonly destination: string;
  readonly delay: number;
}

/** Five days in April 2001, so that nightly snapshots and 24-hour windows have something in them. */
const start = Date.parse('2001-04-01T00:00Z') / 60_000;

/** Most leave within the same hours, so that some are due when others leave. */
const time = fc
  .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 600, max: 960 }))
  .map(([day, minute]) => start + day * 1440 + minute);

const flight: fc.Arbitrary<Flight> = fc.record({
  time,
  flying: fc.integer({ min: 45, max: 400 }),
  origin: fc.constantFrom('ORD', 'LGA', 'DEN'),
  destination: fc.constantFrom('ORD', 'LGA', 'DEN'),
  delay: fc.integer({ min: -60, max: 300 }),
});

let database: Database;
beforeAll(async () => {
  database = await openDatabase({ memoryLimit: '300MB' });
});
afterAll(() => database.close());

/** All features of the flights that depart up to `moment`, as they are in a world with these flights. */
async function featuresOf(flights: readonly Flight[], moment: number): Promise<unknown[]> {
  const values = flights.map(
    ({ time, flying, origin, destination, delay }, id) =>
      `(${id}, ${time}, ${time + flying}, '${origin}', '${destination}', ${delay}, ${time % 1440}, ${(Math.floor(time / 1440) % 7) + 1}, 500)`,
  );
  await database.run(`create or replace table flights as select * from (values ${values.join(', ')})
    t(id, time, landed_at, origin, destination, delay, minute_of_day, weekday, distance)`);
  await buildFeatureTable(database, features, {
    from: 'flights',
    where: `time <= ${moment}`,
    keep: [],
    into: 'built',
  });
  return database.rows('select * exclude label from built order by id');
}

it('no feature changes when later-landing flights are added or altered', { timeout: 60_000 }, async () => {
  const informed = { lastDay: 0, timetable: 0, overdue: 0 };
  const property = fc.asyncProperty(
    fc.array(flight, { minLength: 30, maxLength: 60 }),
    fc.array(flight, { minLength: 1, maxLength: 20 }),
    fc.integer({ min: start + 1440, max: start + 5 * 1440 }),
    async (flights, others, moment) => {
      const present = flights.filter(({ time }) => time <= moment);
      fc.pre(present.length > 0);
      const altered = present.map((one) =>
        one.time + one.flying >= moment ? { ...one, delay: 240 - one.delay } : one,
      );
      const added = others.map((other) => ({ ...other, time: Math.max(other.time, moment + 1) }));
      const known = await featuresOf(present, moment);
      expect(await featuresOf([...altered, ...added], moment)).toEqual(known);
      for (const row of known as Record<string, number | null>[]) {
        if (row.route_delay_24h !== null) informed.lastDay += 1;
        if (row.late_at_this_minute !== null) informed.timetable += 1;
        if (row.overdue_4h! > 0) informed.overdue += 1;
      }
    },
  );
  await fc.assert(property, { numRuns: 12, seed: 1 });
  // The rows must have known something, or the property would hold of a table of NULLs.
  for (const [what, rows] of Object.entries(informed)) expect(rows, what).toBeGreaterThan(20);
});
