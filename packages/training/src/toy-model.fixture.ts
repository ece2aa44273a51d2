// A toy world for tests of the pipeline: 60 days of parcels, and a model of which come late. From day 40 on far fewer do, which no
// feature tells: the ranking holds, and every probability is too high.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256OfFile } from '@flightdeck/core';
import { ingest, literal, openDatabase } from '@flightdeck/dataset';
import { buildFeatureTable } from '@flightdeck/features';
import type { ModelDefinition } from './model-definition.ts';
import type { TrainingContext } from './pipeline/stages.ts';

const start = Date.parse('2020-01-01T00:00Z') / 60_000;
const rows = 120_000;
const days = 60;

/** Midnight of a day of the toy world, minutes since 1970 UTC. */
export const dayOf = (day: number): number => start + day * 1440;

/** Every label is known within 179 minutes. */
const parcels = `
  with drawn as (
    select range::integer as id, ${start} + (range * ${days} * 1440 // ${rows})::integer as time,
      (hash(range * 8) % 1000 + hash(range * 8 + 1) % 1000 + hash(range * 8 + 2) % 1000) / 500.0 - 3 as x,
      ['north', 'south', 'west'][(hash(range * 8 + 3) % 3 + 1)::integer] as depot,
      (hash(range * 8 + 4) % 100000) / 100000.0 as luck, (hash(range * 8 + 5) % 120)::integer as late_by
    from range(${rows})
  )
  select id, time, x, depot, time + 60 as arrived_at, time + 60 + late_by as known_at,
    case when luck < 1 / (1 + exp(-(1.2 * abs(x) + x - 1 - (depot = 'west')::integer - 1.2 * (time >= ${dayOf(40)})::integer)))
      then 30 else 0 end as delay
  from drawn`;

/** The model, with its data in a Parquet file of this content. */
export function toyModel(path: string, sha256 = ''): ModelDefinition {
  const column = { minimum: -10, maximum: 10 };
  const standard = { kind: 'standard', log1p: false, clip: 6 } as const;
  return {
    name: 'toy',
    positive: 'comes late',
    dataset: {
      name: 'parcels',
      licence: 'CC0',
      citation: 'Made up.',
      files: { parcels: { path, format: 'parquet', sha256, columns: sourceColumns } },
      rows: 'select id, time, x, depot, arrived_at, known_at, delay from parcels',
      expectations: [{ kind: 'not-null', severity: 'quarantine', columns: ['time'] }],
      maximumQuarantinedShare: 0,
    },
    features: {
      name: 'toy',
      entities: { depot: ['depot'] },
      derived: { late: { kind: 'exceeds', column: 'delay', threshold: 15 } },
      events: { departure: { at: 'time', values: [] } },
      priors: {},
      features: {
        x: { kind: 'number', column: 'x', description: 'A number', ...column },
        depot: { kind: 'category', column: 'depot', description: 'Where it left' },
        load_1h: {
          kind: 'count',
          event: 'departure',
          match: { depot: 'depot' },
          over: 60,
          description: 'Parcels that left there in the last hour',
        },
      },
      label: 'late',
    },
    network: {
      inputs: {
        x: { kind: 'number', encodings: [standard] },
        load_1h: { kind: 'number', encodings: [{ ...standard, log1p: true }] },
        depot: { kind: 'embedding', dimensions: 2, minimumRows: 5 },
      },
      hidden: [8],
      dropout: 0,
      l2: 1e-6,
      batchSize: 512,
      epochs: 2,
      patience: 2,
      learningRate: { peak: 0.02, warmup: 0.05, floor: 0.02 },
    },
    split: { train: '2020-01-03', validation: '2020-01-21', test: '2020-01-26', end: '2020-02-02' },
    slices: { depot: { kind: 'frequency', column: 'depot', edges: [0.1], names: ['rare', 'usual'] } },
    gate: {
      minimum: { rows: 5_000, days: 5 },
      bounds: { rocAuc: { min: 0.7 } },
      beats: [{ baseline: 'constant', metric: 'logLoss' }],
      noWorseThanChampion: { rocAuc: 0.01, logLoss: 0.005 },
      slices: { minimumRows: 1_000, noWorseThanChampion: { logLoss: 0.05 } },
    },
    card: '# Toy',
  };
}

const sourceColumns = {
  id: 'INTEGER',
  time: 'INTEGER',
  x: 'DOUBLE',
  depot: 'VARCHAR',
  arrived_at: 'INTEGER',
  known_at: 'INTEGER',
  delay: 'INTEGER',
};

export interface ToyWorld {
  readonly folder: string;
  readonly model: ModelDefinition;
  readonly context: TrainingContext;
  /** A Parquet file of what was served on these days, as monitoring exports it; `changes` replaces expressions of its columns. */
  writeMatured(
    name: string,
    from: number,
    until: number,
    changes?: Readonly<Record<string, string>>,
  ): Promise<string>;
  close(): Promise<void>;
}

/** Makes the world's data in a new folder, with an empty state directory beside them. */
export async function openToyWorld(): Promise<ToyWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-toy-'));
  const data = join(folder, 'parcels.parquet');
  const database = await openDatabase({ memoryLimit: '300MB' });
  await database.writeParquet(`${parcels} order by id`, data);
  const model = toyModel(data, await sha256OfFile(data));
  const ingested = await ingest(database, model.dataset, { folder: join(folder, 'served'), clock: () => 0 });
  await buildFeatureTable(database, model.features, {
    from: literal(ingested.files.rows),
    where: `time >= ${dayOf(30)}`,
    keep: ['known_at'],
    into: 'served',
  });
  return {
    folder,
    model,
    context: contextOf(join(folder, 'home')),
    async writeMatured(name, from, until, changes = {}) {
      const path = join(folder, `${name}.parquet`);
      const columns = ['time', 'x', 'depot', 'load_1h', 'label'].map(
        (column) => `${changes[column] ?? column} as ${column}`,
      );
      await database.writeParquet(
        `select ${columns.join(', ')} from served where time >= ${dayOf(from)} and known_at < ${dayOf(until)} order by served.time, id`,
        path,
      );
      return path;
    },
    async close() {
      await database.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** A context that keeps no record of what it is told. */
export function contextOf(home: string): TrainingContext {
  return { home, clock: () => Date.parse('2020-03-01T00:00Z'), onProgress: () => {}, log: () => {} };
}
