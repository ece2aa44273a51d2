// What every store must do, seen through the engine on top of it.

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { FeatureEvent } from './event-intake.ts';
import { flightsWithin, truth, view } from './online.fixture.ts';
import {
  type FeatureAnswer,
  type FeatureRow,
  type OnlineFeatures,
  onlineFeatures,
} from './online-features.ts';
import { type OnlinePlan, onlinePlanOf } from './online-plan.ts';
import { eventsOf } from './row-events.ts';
import type { FeatureStore } from './store.ts';

const lateness = 120;
const plan = onlinePlanOf(view, { lateness });

const columns = { origin: 'AAA', destination: 'BBB', minute_of_day: 100, delay: 30 };

export const departure = (id: string, at: number, own = {}): FeatureEvent => ({
  type: 'departure',
  id,
  at,
  columns: { ...columns, ...own },
});
export const landing = (id: string, at: number, own = {}): FeatureEvent => ({
  type: 'landing',
  id,
  at,
  columns: { ...columns, ...own },
});
export const row = (time: number, own = {}, given = {}): FeatureRow => ({
  time,
  columns: { origin: 'AAA', destination: 'BBB', minute_of_day: 100, ...own },
  given,
});

/** `open` gives a store that knows nothing yet. */
export function storeContract(name: string, open: (plan: OnlinePlan) => Promise<FeatureStore>): void {
  const stores: FeatureStore[] = [];
  async function engine(of: OnlinePlan = plan): Promise<OnlineFeatures> {
    const store = await open(of);
    stores.push(store);
    return onlineFeatures(of, store, { clock: () => Number.MAX_SAFE_INTEGER });
  }
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
  });

  const statuses = async (features: OnlineFeatures, ...events: FeatureEvent[]) =>
    (await features.ingest(events)).map(({ status }) => status);
  const lookup = async (features: OnlineFeatures, wanted: FeatureRow): Promise<FeatureAnswer> =>
    (await features.lookup([wanted]))[0]!;

  describe(`${name}: what does not count`, () => {
    it('is an event whose id was accepted before, in the same batch or another, whatever else it says', async () => {
      const features = await engine();
      expect(await statuses(features, departure('1', 10), departure('1', 10))).toEqual([
        'accepted',
        'duplicate',
      ]);
      expect(await statuses(features, departure('1', 11, { origin: 'CCC' }))).toEqual(['duplicate']);
      expect((await lookup(features, row(20))).values.departures).toBe(1);
      expect((await lookup(features, row(20, { origin: 'CCC' }))).values.departures).toBe(0);
    });

    it('is an event older than the allowed lateness behind the newest of its type, to the minute', async () => {
      const features = await engine();
      const given = [
        departure('new', 1000),
        departure('old', 879),
        departure('just', 880),
        landing('other', 5),
      ];
      expect(await statuses(features, ...given)).toEqual(['accepted', 'late', 'accepted', 'accepted']);
      expect((await lookup(features, row(900))).values.departures).toBe(1);
    });

    it('is a duplicate that comes again after its id was forgotten: it is late then', async () => {
      const features = await engine();
      expect(await statuses(features, departure('1', 10), departure('2', 131), departure('1', 10))).toEqual([
        'accepted',
        'accepted',
        'late',
      ]);
      expect((await lookup(features, row(200))).values.under_way).toBe(2);
    });

    it('is one of two batches with the same events that come at once', async () => {
      const features = await engine();
      const events = Array.from({ length: 200 }, (_, index) => departure(`${index}`, 10 + (index % 50)));
      const answers = await Promise.all([features.ingest(events), features.ingest(events.toReversed())]);
      expect(answers.flat().filter(({ status }) => status === 'accepted')).toHaveLength(200);
      expect((await lookup(features, row(60))).values.departures).toBe(200);
    });

    it('is whatever happens at or after the time of a row, though it was reported before', async () => {
      const features = await engine();
      await statuses(
        features,
        landing('before', 49),
        landing('at', 50),
        landing('after', 51),
        departure('at', 50),
      );
      const { values } = await lookup(features, row(50));
      expect(values).toMatchObject({ everywhere: 30, departures: 0, under_way: -1 });
      expect((await lookup(features, row(49))).values).toMatchObject({ everywhere: null, under_way: 0 });
    });
  });

  describe(`${name}: what a row of the past gets`, () => {
    it('is exact within the lateness, and a default where its windows may be forgotten', async () => {
      const features = await engine();
      await statuses(features, departure('1', 20), departure('2', 70), departure('3', 200));
      expect(await lookup(features, row(80))).toMatchObject({
        values: { departures: 2 },
        statuses: { departures: 'present' },
      });
      expect(await lookup(features, row(79))).toMatchObject({
        values: { departures: null, under_way: null },
        statuses: { departures: 'default', under_way: 'default' },
      });
    });
  });

  describe(`${name}: what counts`, () => {
    it('is an event out of order, in every window that it belongs to', async () => {
      const features = await engine();
      const late = { delay: 60 };
      await statuses(
        features,
        landing('1', 100),
        landing('3', 140),
        landing('2', 120, late),
        landing('0', 95, late),
      );
      const means = [96, 101, 121, 141, 156].map(async (time) => (await lookup(features, row(time))).values);
      expect((await Promise.all(means)).map(({ everywhere }) => everywhere)).toEqual([60, 45, 50, 45, 40]);
    });

    it('is an event reported after the snapshot that it belongs to', async () => {
      const features = await engine();
      await statuses(features, landing('1', 110));
      expect((await lookup(features, row(140))).values.history).toBe(1);
      await statuses(features, landing('2', 129, { delay: 0 }), landing('3', 130, { delay: 0 }));
      expect((await lookup(features, row(140))).values.history).toBe(0.5);
      expect((await lookup(features, row(230))).values.history).toBeCloseTo(1 / 3);
    });

    it('one by one is what the last snapshot knows, out of order too, and what it no longer knows does not', async () => {
      const features = await engine();
      const due = async (time: number) => (await lookup(features, row(time, { minute_of_day: 80 }))).values;
      // Due at minute 70 of the day: 10 before the row on a cycle of 90, as is the second, which is due at minute 160.
      await statuses(features, landing('1', 129), landing('2', 35, { minute_of_day: 190, delay: 30 }));
      expect(await due(129)).toMatchObject({ due_around: 0, delay_when_due: null });
      expect(await due(130)).toMatchObject({ due_around: 2, delay_when_due: 30 });
      await statuses(features, landing('3', 100, { minute_of_day: 160, delay: 90 }), landing('4', 130));
      expect(await due(229)).toMatchObject({ due_around: 3, delay_when_due: 40 });
      expect(await due(230)).toMatchObject({ due_around: 4 });
      expect(await due(330)).toMatchObject({ due_around: 1 });
      expect((await lookup(features, row(230, { minute_of_day: 110 }))).values.due_around).toBe(0);
    });

    it('for what is open is everything since the beginning, however long ago', async () => {
      const features = await engine();
      await statuses(features, departure('1', 10), departure('2', 11), landing('1', 60));
      for (let at = 1_000; at < 20_000; at += 1_000)
        await statuses(
          features,
          departure(`${at}`, at, { destination: 'CCC' }),
          landing(`${at}`, at, { destination: 'CCC' }),
        );
      expect((await lookup(features, row(19_500))).values.under_way).toBe(1);
    });

    it('comes back in the order of the rows, and only where it is lacking', async () => {
      const features = await engine();
      await statuses(features, departure('1', 10), departure('2', 10, { origin: 'CCC' }), departure('3', 9));
      const rows = [row(20, { origin: 'CCC' }), row(20, {}, { departures: 17 }), row(20), row(10)];
      const answers = await features.lookup(rows);
      expect(answers.map(({ values }) => values.departures)).toEqual([1, 17, 2, 1]);
      expect(answers[1]?.statuses.departures).toBe('given');
      expect(await features.lookup([])).toEqual([]);
      expect(await features.ingest([])).toEqual([]);
    });

    it('is the same for plans side by side: they share nothing', async () => {
      const [one, other] = [await engine(), await engine(onlinePlanOf(view, { lateness: 60 }))];
      await statuses(one, departure('1', 10));
      expect(await statuses(other, departure('1', 10))).toEqual(['accepted']);
      expect((await lookup(other, row(20))).values.departures).toBe(1);
    });
  });

  it(`${name} says what the declarations say, for any stream of events, in any order, with duplicates and late ones`, async () => {
    await fc.assert(
      fc.asyncProperty(
        flightsWithin(1_500, { minLength: 1, maxLength: 60 }),
        reports,
        async (flights, random) => {
          const features = await engine();
          const reference = truth(lateness);
          const events = disordered(
            flights.flatMap((flight) => eventsOf(view, flight)),
            random,
          );
          for (let next = 0, size = 1; next < events.length; next += size) {
            size = random(1, 15);
            const batch = events.slice(next, next + size);
            expect(await features.ingest(batch)).toEqual(
              batch.map((event) => ({ status: reference.outcome(event) })),
            );
            const rows = Array.from({ length: random(0, 3) }, () => randomRow(batch.at(-1)!.at, random));
            expect(await features.lookup(rows)).toEqual(rows.map(reference.answer));
          }
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });
}

type Draw = (minimum: number, maximum: number) => number;

const reports: fc.Arbitrary<Draw> = fc
  .infiniteStream(fc.integer({ min: 0, max: 1_000_000 }))
  .map((stream) => (minimum, maximum) => minimum + (stream.next().value % (maximum - minimum + 1)));

/** Some events twice, and most reported after others that happened up to 150 minutes later: a few of them too late. */
function disordered(events: readonly FeatureEvent[], random: Draw): FeatureEvent[] {
  return events
    .flatMap((event) => (random(0, 4) === 0 ? [event, event] : [event]))
    .map((event) => ({ event, reported: event.at + random(0, 150) }))
    .sort((a, b) => a.reported - b.reported)
    .map(({ event }) => event);
}

/** Around the time of an event; sometimes without a column, or with a feature given. */
function randomRow(at: number, random: Draw): FeatureRow {
  const airport = () => ['AAA', 'BBB', 'CCC', 'DDD', undefined][random(0, 4)];
  const minute = random(0, 1_600);
  const all = {
    origin: airport(),
    destination: airport(),
    minute_of_day: minute < 1_440 ? minute : undefined,
  };
  const own = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return { time: at + random(-150, 150), columns: own, given: random(0, 3) === 0 ? { smoothed: 0.5 } : {} };
}
