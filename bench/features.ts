// npm run bench:features: from the raw Parquet file to the feature table, all 3,000,000 rows. Targets: 60 s and 4 GB on two cores.
// Floor: DuckDB reading the same file and writing it out again, in the same run.

import { join } from 'node:path';
import { systemClock } from '@flightdeck/core';
import { ingest, literal, openDatabase } from '@flightdeck/dataset';
import { buildFeatureTable } from '@flightdeck/features';
import { loadModel } from '@flightdeck/training/catalogue';
import { peakRss, report, timed, withTemporaryHome } from './measure.ts';

await withTemporaryHome(async (home) => {
  const model = await loadModel('flight-delay');
  const database = await openDatabase({ memoryLimit: '2500MB' });
  const source = literal(model.dataset.files.flights!.path);
  const floor = await timed(() =>
    database.writeParquet(`select * from ${source} order by date`, join(home, 'copy.parquet')),
  );

  const ingested = await timed(() => ingest(database, model.dataset, { folder: home, clock: systemClock }));
  const from = literal(ingested.result.files.rows);
  const built = await timed(() =>
    buildFeatureTable(database, model.features, { from, where: 'true', keep: [], into: 'features' }),
  );
  const file = join(home, 'features.parquet');
  const written = await timed(() => database.writeParquet('select * from features', file));
  const [table] = await database.rows(`select count(*)::integer as rows from ${literal(file)}`);
  await database.close();

  const total = ingested.seconds + built.seconds + written.seconds;
  const seconds = {
    ingest: ingested.seconds,
    features: built.seconds,
    write: written.seconds,
    total,
    floor: floor.seconds,
  };
  const rows = { read: ingested.result.rows.read, written: Number(table?.rows) };
  await report(
    'features',
    {
      rows,
      features: Object.keys(model.features.features).length,
      seconds,
      ratios: { totalToFloor: total / floor.seconds },
    },
    { under60Seconds: total < 60, under4Gigabytes: peakRss() < 4e9 },
  );
});
