// npm run bench:parity: three days of real flights through the online engine, in memory and in Redis, and every feature of every flight
// compared with the table that training reads. Target: no difference at all. The state is filled from all flights before these days.

import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { FlightdeckError, systemClock } from '@flightdeck/core';
import { type Database, ingest, literal, openDatabase } from '@flightdeck/dataset';
import {
  buildFeatureTable,
  type FeatureView,
  memoryStore,
  type OnlinePlan,
  onlineFeatures,
  onlinePlanOf,
  redisStore,
} from '@flightdeck/features';
import { startBroker } from '@flightdeck/queue';
import { loadModel } from '@flightdeck/training/catalogue';
import { Redis } from 'ioredis';
import { report, withTemporaryHome } from './measure.ts';
import { type Comparison, compareFeature } from './parity/comparison.ts';
import { type Period, type Replay, type ReplayOptions, replay } from './parity/replay.ts';

const minutes = (date: string) => Date.parse(`${date}T00:00Z`) / 60_000;
/** Windows reach 28 days back, and January has 31. */
const period: Period = { from: minutes('2001-02-01'), to: minutes('2001-02-04') };

await withTemporaryHome(async (home) => {
  const model = await loadModel('flight-delay');
  const view = model.features;
  const database = await openDatabase();
  const ingested = await ingest(database, model.dataset, { folder: home, clock: systemClock });
  await database.run(
    `create table clean as select * from ${literal(ingested.files.rows)} where time < ${period.to}`,
  );
  const offline = await offlineRows(database, view);
  const replayed = { database, from: 'clean', view, period };
  const plan = onlinePlanOf(view);

  const stores = {
    memory: await throughMemory(plan, replayed, offline),
    redis: await throughRedis(home, plan, replayed, offline),
  };
  await database.close();

  const compared = Object.values(stores).flatMap((store) => (store ? Object.values(store.features) : []));
  await report(
    'parity',
    { period, rows: offline.length, features: Object.keys(view.features), stores },
    {
      maxDifferenceZero: compared.every(
        ({ maxAbsolute, mismatches }) => maxAbsolute === 0 && mismatches === 0,
      ),
    },
  );
});

async function offlineRows(database: Database, view: FeatureView): Promise<OfflineRow[]> {
  const where = `time >= ${period.from} and time < ${period.to}`;
  await buildFeatureTable(database, view, { from: 'clean', where, keep: [], into: 'features' });
  return database.rows('select * from features');
}

type OfflineRow = Readonly<Record<string, unknown>>;
type Replayed = Omit<ReplayOptions, 'order'>;

async function throughMemory(plan: OnlinePlan, replayed: Replayed, offline: readonly OfflineRow[]) {
  const store = memoryStore(plan);
  const before = heapBytes();
  const features = onlineFeatures(plan, store, { clock: systemClock });
  const done = await replay(features, { ...replayed, order: 'events-last' });
  const measured = measure(done, offline, plan.view);
  done.answers.clear();
  const bytes = heapBytes() - before;
  return { ...measured, bytes };
}

async function throughRedis(
  home: string,
  plan: OnlinePlan,
  replayed: Replayed,
  offline: readonly OfflineRow[],
) {
  const broker = await startBroker({ home, kind: 'private-redis' }).catch((error: unknown) => {
    if (!(error instanceof FlightdeckError && error.code === 'BROKER_NOT_FOUND')) throw error;
    console.warn(`NOT COMPARED: Redis. ${error.message}`);
  });
  if (!broker) return null;
  // Filled as fast as it goes on a machine that others use too: its silence is no fault.
  const store = await redisStore(plan, { url: broker.url, timeoutMs: 60_000 });
  const before = await redisBytes(broker.url);
  const features = onlineFeatures(plan, store, { clock: systemClock });
  const done = await replay(features, { ...replayed, order: 'events-first' });
  const bytes = (await redisBytes(broker.url)) - before;
  await store.close();
  await broker.stop();
  return { ...measure(done, offline, plan.view), bytes };
}

function measure({ answers, ...speed }: Replay, offline: readonly OfflineRow[], view: FeatureView) {
  const features = Object.entries(view.features).map(([name, feature]) => [
    name,
    compareFeature(name, feature.default ?? null, offline, answers),
  ]);
  const statuses = [...answers.values()].flatMap(({ statuses }) => Object.values(statuses));
  const counts = Object.groupBy(statuses, (status) => status);
  return {
    ...speed,
    statuses: Object.fromEntries(Object.entries(counts).map(([status, all]) => [status, all.length])),
    features: Object.fromEntries(features) as Record<string, Comparison>,
  };
}

/** What is reachable: garbage is collected first. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

async function redisBytes(url: string): Promise<number> {
  const client = new Redis(fileURLToPath(url.replace(/^unix:/, 'file:')));
  const info = await client.info('memory');
  client.disconnect();
  return Number(/used_memory:(\d+)/.exec(info)?.[1]);
}
