// npm run bench:features-online: what keeping and looking up features costs. Updates and lookups a second of both stores, with two weeks
// of flights in them; then serving over HTTP with requests that lack every aggregate, against requests that bring them all, in turns.

import { join } from 'node:path';
import { FlightdeckError, systemClock } from '@flightdeck/core';
import { type Database, ingest, literal, openDatabase } from '@flightdeck/dataset';
import {
  type FeatureEvent,
  type FeatureView,
  memoryStore,
  type OnlineFeatures,
  type OnlinePlan,
  onlineFeatures,
  onlinePlanOf,
  redisStore,
} from '@flightdeck/features';
import type { FeatureStore } from '@flightdeck/features/online';
import { startBroker } from '@flightdeck/queue';
import { loadModel } from '@flightdeck/training/catalogue';
import { featureLookup } from '../apps/serving/src/domain/feature-lookup.ts';
import { trainFlagship } from './http/flagship.ts';
import { post } from './http/requests.ts';
import { describe, load, type Measurement, measure, median, middle, type Scenario } from './http/scenario.ts';
import { startServing, whenReady } from './http/server-process.ts';
import { report, withTemporaryHome } from './measure.ts';
import { eventsOfDay, type Row, rowsOfDay } from './parity/replay.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const seconds = Number(process.env.BENCH_SECONDS ?? 1);
const batchSizes = [1, 32, 1024];

const day = 1440;
const minutes = (date: string) => Date.parse(`${date}T00:00Z`) / 60_000;
/** The stores are filled with these days; then come the events that are measured, then the rows. */
const filledFrom = minutes('2001-04-15');
const measuredFrom = minutes('2001-04-29');
const rowsFrom = minutes('2001-05-02');

await withTemporaryHome(async (home) => {
  await trainFlagship(home);
  const model = await loadModel('flight-delay');
  const plan = onlinePlanOf(model.features);
  const flights = await openFlights(home, model);
  const store = memoryStore(plan);
  const redis = await startBroker({ home, kind: 'private-redis' }).catch(orSkip);
  const redisBacked = redis && (await redisStore(plan, { url: redis.url }));

  const stores = {
    memory: await measureStore(plan, store, flights),
    redis: redisBacked && (await measureStore(plan, redisBacked, flights)),
  };
  await store.save(join(home, 'features', `${plan.version}.snapshot`));
  const wire = await wireOf(plan, store, flights.rows);

  const serving = (workers: number, variables?: Readonly<Record<string, string>>) =>
    startServing(home, workers, variables);
  const measured = new Map<string, Measurement[]>();
  const compared = [
    { name: 'memory, 1 worker', start: () => serving(1) },
    { name: 'memory, 2 workers', start: () => serving(2) },
    ...(redis
      ? [{ name: 'Redis, 1 worker', start: () => serving(1, { SERVING_FEATURES_URL: redis.url }) }]
      : []),
  ];
  for (const { name, start } of compared) {
    await using server = await start();
    await whenReady(server);
    // With and without side by side: a machine that slows down slows both.
    const sides = [1, 32].flatMap((rowsPerRequest) =>
      (['with', 'without'] as const).map((side): Scenario => {
        const requests = wire[side](rowsPerRequest);
        const connections = rowsPerRequest === 1 ? 64 : 16;
        return {
          name: nameOf(name, rowsPerRequest, side),
          server: () => server,
          requests,
          rowsPerRequest,
          connections,
        };
      }),
    );
    await takeTurns(sides, measured);
  }
  await redisBacked?.close();
  await redis?.stop();

  const ratios = Object.fromEntries(
    compared.flatMap(({ name }) =>
      [1, 32].map((rows) => {
        const [with_, without] = (['with', 'without'] as const).map(
          (side) => measured.get(nameOf(name, rows, side))!,
        );
        return [
          `${name}, ${rows} rows`,
          median(with_!.map((one, round) => one.requestsPerSecond / without![round]!.requestsPerSecond)),
        ];
      }),
    ),
  );
  await report(
    'features-online',
    {
      rounds,
      seconds,
      events: flights.filling.length,
      stores,
      serving: [...measured.values()].map(middle),
      ratios,
    },
    { withLookupsAtLeast70PercentOfWithout: Object.values(ratios).every((ratio) => ratio >= 0.7) },
  );
});

function nameOf(server: string, rows: number, side: 'with' | 'without'): string {
  return `${server}, ${rows} rows, ${side} lookups`;
}

function orSkip(error: unknown): null {
  if (!(error instanceof FlightdeckError && error.code === 'BROKER_NOT_FOUND')) throw error;
  console.warn(`NOT MEASURED: Redis. ${error.message}`);
  return null;
}

interface Flights {
  readonly filling: readonly FeatureEvent[];
  readonly events: readonly FeatureEvent[];
  readonly rows: readonly Row[];
}

async function openFlights(home: string, model: Awaited<ReturnType<typeof loadModel>>): Promise<Flights> {
  const database = await openDatabase();
  const folder = join(home, 'datasets', model.dataset.name);
  const { files } = await ingest(database, model.dataset, { folder, clock: systemClock });
  await database.run(`create view flown as select * from ${literal(files.rows)}`);
  const read = { database, from: 'flown', view: model.features };
  const flights = {
    filling: await eventsBetween(read, filledFrom, measuredFrom),
    events: await eventsBetween(read, measuredFrom, rowsFrom),
    rows: await rowsOfDay(read, rowsFrom),
  };
  await database.close();
  return flights;
}

async function eventsBetween(
  read: { database: Database; from: string; view: FeatureView },
  from: number,
  to: number,
): Promise<FeatureEvent[]> {
  const events: FeatureEvent[][] = [];
  for (let at = from; at < to; at += day) events.push(await eventsOfDay(read, at));
  // Who landed without having departed would be counted as under way less than nothing.
  return events.flat().filter(({ columns }) => Number(columns.time) >= filledFrom);
}

/** Batches go one after the other. An event counts once, so each measurement of updates takes the next that there are. */
async function measureStore(plan: OnlinePlan, store: FeatureStore, { filling, events, rows }: Flights) {
  const features = onlineFeatures(plan, store, { clock: systemClock });
  const filled = await inBatches(filling, 1024, (batch) => features.ingest(batch));
  console.error(`filled with ${filling.length} events, ${Math.round(filled)} a second`);
  const updates = batchSizes.map((): number[] => []);
  const lookups = batchSizes.map((): number[] => []);
  const share = Math.floor(events.length / (rounds * batchSizes.length));
  const asked = rows.slice(0, 4096).map((row) => ({ time: row.time, columns: row, given: {} }));
  for (let round = 0; round < rounds; round++) {
    for (const [i, size] of batchSizes.entries()) {
      const from = (round * batchSizes.length + i) * share;
      updates[i]!.push(
        await inBatches(events.slice(from, from + share), size, (batch) => features.ingest(batch)),
      );
      lookups[i]!.push(await inBatches(asked, size, (batch) => features.lookupTable(batch)));
    }
  }
  const perSecond = (measured: readonly number[][]) =>
    Object.fromEntries(batchSizes.map((size, i) => [size, Math.round(median(measured[i]!))]));
  return { updatesPerSecond: perSecond(updates), lookupsPerSecond: perSecond(lookups) };
}

/** Items a second. */
async function inBatches<Item>(
  items: readonly Item[],
  size: number,
  work: (batch: readonly Item[]) => unknown,
): Promise<number> {
  const started = performance.now();
  for (let next = 0; next < items.length; next += size) await work(items.slice(next, next + size));
  return items.length / ((performance.now() - started) / 1000);
}

/** The same rows with every feature in the request, as the engine works them out, and without those that it can look up. */
async function wireOf(plan: OnlinePlan, store: FeatureStore, rows: readonly Row[]) {
  const { view } = plan;
  const engine: OnlineFeatures = onlineFeatures(plan, store, { clock: systemClock });
  const lookup = featureLookup({ view, engine, clock: systemClock, onFailure: () => {} });
  const some = rows.filter((_, i) => i % 30 === 0);
  const answers = await engine.lookup(some.map((row) => ({ time: row.time, columns: row, given: {} })));
  const instances = answers.map(({ values }, i) => {
    const row = some[i]!;
    const whole = { time: row.time * 60_000, ...values };
    const columns = [...lookup.columns].map((name) => [name, row[name]]);
    const lacking = Object.entries(whole).filter(([name]) => !lookup.aggregates.includes(name));
    return { without: whole, with: Object.fromEntries([...columns, ...lacking]) };
  });
  const complete = instances.filter(({ without }) => !Object.values(without).some((value) => value === null));
  const requests = (side: 'with' | 'without') => (size: number) =>
    complete.map((_, start) => {
      const own = Array.from({ length: size }, (_, i) => complete[(start + i) % complete.length]![side]);
      const body = size === 1 ? { instance: own[0] } : { instances: own };
      return post('/v1/models/flight-delay/predict', JSON.stringify(body));
    });
  return { with: requests('with'), without: requests('without') };
}

async function takeTurns(sides: readonly Scenario[], measured: Map<string, Measurement[]>): Promise<void> {
  for (const side of sides) await load(side, 1.5);
  for (let round = 0; round < rounds; round++) {
    for (const side of sides) {
      const measurement = await measure(side, seconds);
      measured.set(side.name, [...(measured.get(side.name) ?? []), measurement]);
      console.error(describe(measurement));
    }
  }
}
