// npm run bench:features-online: what keeping and looking up features costs. Updates and lookups a second of both stores, with two weeks
// of flights in them; then serving over HTTP with requests that lack every aggregate, against requests that bring them all, in short turns,
// while events keep coming. A round in which the machine's host kept much of the processors for others is made again.

import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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
import { type ServerProcess, startServing, whenReady } from './http/server-process.ts';
import { countStolenTime, mostRepeats, mostStolen } from './http/stolen-time.ts';
import { report, withTemporaryHome } from './measure.ts';
import { eventsOfDay, type Row, rowsOfDay } from './parity/replay.ts';

const rounds = Number(process.env.BENCH_ROUNDS ?? 7);
const seconds = Number(process.env.BENCH_SECONDS ?? 0.75);
/** Some hundred times what the flights of 2001 brought: what others report must not be cheap because it is rare. */
const eventsPerSecond = 50;
const eventsPerPost = 5;
/** Connections that ask for so many rows each: enough that the server always has some to read while it answers others. */
const connections = { 1: 128, 32: 16 } as const;
const batchSizes = [1, 32, 1024];

const sizes = [1, 32] as const;

const day = 1440;
const minutes = (date: string) => Date.parse(`${date}T00:00Z`) / 60_000;
/** The stores are filled with these days; then come the events that are measured, and those that come while serving is. */
const filledFrom = minutes('2001-04-15');
const measuredFrom = minutes('2001-04-29');
const rowsFrom = minutes('2001-05-02');
const newsFrom = minutes('2001-05-03');
/** Serving is asked about flights of the last two hours before the news: what is older than that is stale, and an answer that says so is longer. */
const askedFrom = newsFrom - 120;

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
  const wire = await wireOf(
    plan,
    store,
    flights.rows.filter(({ time }) => Number(time) >= askedFrom),
  );

  const serving = (workers: number, variables?: Readonly<Record<string, string>>) =>
    startServing(home, workers, variables);
  const measured = new Map<string, Measurement[]>();
  const stolen = { repeats: 0, most: 0 };
  const news = { events: flights.news, next: 0 };
  const sent = { events: 0, seconds: 0 };
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
    const feed = feedEvents(server, news);
    for (const rowsPerRequest of sizes) {
      const sides = (['with', 'without'] as const).map(
        (side): Scenario => ({
          name: nameOf(name, rowsPerRequest, side),
          server: () => server,
          requests: wire[side](rowsPerRequest),
          rowsPerRequest,
          connections: connections[rowsPerRequest],
        }),
      );
      await takeTurns(sides, measured, stolen);
    }
    const fed = await feed.stop();
    sent.events += fed.events;
    sent.seconds += fed.seconds;
  }
  await redisBacked?.close();
  await redis?.stop();

  const ratios = Object.fromEntries(
    compared.flatMap(({ name }) =>
      sizes.map((rows) => {
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
      eventsPerSecondWhileServing: sent.events / sent.seconds,
      stolen,
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
  /** In the order in which they happened. */
  readonly news: readonly FeatureEvent[];
}

async function openFlights(home: string, model: Awaited<ReturnType<typeof loadModel>>): Promise<Flights> {
  const database = await openDatabase();
  const folder = join(home, 'datasets', model.dataset.name);
  const { files } = await ingest(database, model.dataset, { folder, clock: systemClock });
  await database.run(`create view flown as select * from ${literal(files.rows)}`);
  const read = { database, from: 'flown', view: model.features };
  const flights = {
    filling: await eventsBetween(read, filledFrom, measuredFrom),
    events: await eventsBetween(read, measuredFrom, newsFrom),
    rows: await rowsOfDay(read, rowsFrom),
    // Past that, the rows would be too old to be answered.
    news: (await eventsBetween(read, newsFrom, newsFrom + day)).filter(({ at }) => at < askedFrom + day),
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
  // Each row once: what it asks for nobody has asked for before.
  const asked = rows.map((row) => ({ time: row.time, columns: row, given: {} }));
  const askedShare = Math.floor(asked.length / (rounds * batchSizes.length));
  for (let round = 0; round < rounds; round++) {
    for (const [i, size] of batchSizes.entries()) {
      const from = (round * batchSizes.length + i) * share;
      updates[i]!.push(
        await inBatches(events.slice(from, from + share), size, (batch) => features.ingest(batch)),
      );
      const start = (round * batchSizes.length + i) * askedShare;
      const next = asked.slice(start, start + askedShare);
      lookups[i]!.push(await inBatches(next, size, (batch) => features.lookupTable(batch)));
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
  const some = rows.filter((_, i) => i % 4 === 0);
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

async function takeTurns(
  sides: readonly Scenario[],
  measured: Map<string, Measurement[]>,
  stolen: { repeats: number; most: number },
): Promise<void> {
  async function undisturbed(attempt = 0): Promise<readonly Measurement[]> {
    const share = countStolenTime();
    const measurements: Measurement[] = [];
    for (const side of sides) measurements.push(await measure(side, seconds));
    const lost = share();
    if (lost > mostStolen && attempt < mostRepeats) {
      stolen.repeats++;
      return undisturbed(attempt + 1);
    }
    stolen.most = Math.max(stolen.most, lost);
    return measurements;
  }

  for (const side of sides) await load(side, 3);
  for (let round = 0; round < rounds; round++) {
    for (const measurement of await undisturbed()) {
      measured.set(measurement.name, [...(measured.get(measurement.name) ?? []), measurement]);
      console.error(describe(measurement));
    }
  }
}

/** Events that no server has been told of yet, from `next` on. */
interface News {
  readonly events: readonly FeatureEvent[];
  next: number;
}

/** Reports events to a server, so many a second if it takes them, until it is stopped. Moves the news on. */
function feedEvents({ port }: ServerProcess, news: News) {
  const started = performance.now();
  const first = news.next;
  const ending = new AbortController();
  const passed = () => (performance.now() - started) / 1000;

  async function reportNext(): Promise<void> {
    const told = news.events.slice(news.next, news.next + eventsPerPost);
    const answer = await fetch(`http://127.0.0.1:${port}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ events: told.map(({ at, ...event }) => ({ ...event, time: at * 60_000 })) }),
    });
    const { accepted } = (await answer.json()) as { accepted?: number };
    if (accepted !== eventsPerPost) throw new Error(`Of ${eventsPerPost} events ${accepted} were accepted.`);
    news.next += eventsPerPost;
  }

  async function goOn(): Promise<void> {
    while (!ending.signal.aborted) {
      await reportNext();
      const ahead = (news.next - first) / eventsPerSecond - passed();
      if (ahead > 0) await pause(ahead * 1000);
    }
  }

  const done = goOn();
  return {
    async stop() {
      ending.abort();
      await done;
      return { events: news.next - first, seconds: passed() };
    },
  };
}
