// npm run bench:flagship-load: how much traffic the flagship's flights are, if each is asked about once, when it departs: the baseline of
// docs/scaling.md. Every flight brings an event of each kind that the model's features are made of, and a label once it has landed. And
// how much memory these events take in a process that keeps all of them: those of the longest window, up to the end of May.

import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '@flightdeck/core';
import { ingest, literal, openDatabase } from '@flightdeck/dataset';
import { memoryStore, onlineFeatures, onlinePlanOf } from '@flightdeck/features';
import { loadModel } from '@flightdeck/training/catalogue';
import { report, withTemporaryHome } from './measure.ts';
import { eventsOfDay, type Replayed } from './parity/replay.ts';

const dayMinutes = 1440;
const end = Date.parse('2001-06-01T00:00Z') / 60_000;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

await withTemporaryHome(async (home) => {
  const { dataset, features } = await loadModel('flight-delay');
  const database = await openDatabase();
  const { files } = await ingest(database, dataset, {
    folder: join(home, 'datasets', dataset.name),
    clock: systemClock,
  });
  await database.run(`create view flown as select * from ${literal(files.rows)}`);
  /** In so many minutes; `time` is in minutes of UTC. */
  const busiest = (minutes: number) =>
    `(select max(flights) from (select count(*) as flights from flown group by time // ${minutes}))::integer`;
  const [load] = await database.rows(
    `select count(*)::integer as departures, count(distinct local_date)::integer as days,
      ${busiest(60)} as busiestHour from flown`,
  );
  const store = await measureStore({ database, from: 'flown', view: features });
  await database.close();
  await report(
    'flagship-load',
    { ...load, eventsPerDeparture: Object.keys(features.events).length, store },
    {},
  );
});

/** What the memory store takes once nothing is left of what filled it. */
async function measureStore(flights: Replayed) {
  const plan = onlinePlanOf(flights.view);
  const retention = Math.max(...plan.streams.map((stream) => stream.retention));
  const days = Math.ceil(retention / dayMinutes);
  const before = memory();
  const store = memoryStore(plan);
  const engine = onlineFeatures(plan, store, { clock: systemClock });
  let events = 0;
  for (let day = end - days * dayMinutes; day < end; day += dayMinutes)
    for (const batch of batchesOf(await eventsOfDay(flights, day))) {
      await engine.ingest(batch);
      events += batch.length;
    }
  const bytes = memory() - before;
  // Still in use here, or it would be gone before it was measured.
  await store.close();
  return { days, events, bytes };
}

function batchesOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / 1024) }, (_, i) =>
    items.slice(1024 * i, 1024 * (i + 1)),
  );
}

/** Typed arrays lie outside the heap. */
function memory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
