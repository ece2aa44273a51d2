// From the source to columns in memory: ingest, split, sample, compute features, read.

import { join } from 'node:path';
import { FlightdeckError } from '@flightdeck/core';
import {
  boundsOf,
  type Database,
  type IngestedDataset,
  ingest,
  literal,
  openDatabase,
  type PartBounds,
  partCondition,
} from '@flightdeck/dataset';
import { buildFeatureTable } from '@flightdeck/features';
import { type FeatureColumns, readFeatureColumns } from '../feature-columns.ts';
import type { ModelDefinition } from '../model-definition.ts';
import type { Stages, TrainingContext } from './stages.ts';

export interface TrainingData {
  readonly dataset: IngestedDataset;
  readonly train: FeatureColumns;
  readonly validation: FeatureColumns;
  readonly test: FeatureColumns;
}

/** Held-out parts have at least so many rows, where the data have them: 10,000 for the parity check, more for narrow intervals. */
const minimumHeldOut = 30_000;

/** Reads the data a run needs. `rows` is the number of training rows, null for all; held-out parts get half as many. */
export async function readTrainingData(
  model: ModelDefinition,
  request: { rows: number | null; seed: number },
  stages: Stages,
  { home, clock }: TrainingContext,
): Promise<TrainingData> {
  const database = await openDatabase();
  try {
    const dataset = await stages.run('ingest', `Reading ${model.dataset.name}, checking every row`, () =>
      ingest(database, model.dataset, { folder: join(home, 'datasets', model.dataset.name), clock }),
    );
    return await stages.run(
      'features',
      `Building ${Object.keys(model.features.features).length} features`,
      () => buildParts(database, model, dataset, request),
    );
  } finally {
    await database.close();
  }
}

async function buildParts(
  database: Database,
  model: ModelDefinition,
  dataset: IngestedDataset,
  { rows, seed }: { rows: number | null; seed: number },
): Promise<TrainingData> {
  const from = literal(dataset.files.rows);
  const bounds = boundsOf(model.split);
  const limitOf = ({ part }: PartBounds) =>
    rows === null || part === 'train' ? rows : Math.max(minimumHeldOut, Math.ceil(rows / 2));
  await database.run('create or replace table chosen (id integer, part varchar)');
  for (const part of bounds) {
    await database.run(`insert into chosen ${sample(from, part, limitOf(part), seed)}`);
  }
  await buildFeatureTable(database, model.features, {
    from,
    where: 'id in (select id from chosen)',
    keep: [],
    into: 'features',
  });

  const read = (part: string) =>
    readFeatureColumns(
      database,
      model.features,
      'features',
      `id in (select id from chosen where part = ${literal(part)})`,
    );
  const data = {
    dataset,
    train: await read('train'),
    validation: await read('validation'),
    test: await read('test'),
  };
  for (const part of ['train', 'validation', 'test'] as const) requireBothClasses(part, data[part]);
  return data;
}

/**
 * A sample without a random generator: rows in order of a multiplicative hash of their id (Knuth, The Art of Computer Programming,
 * volume 3, 6.4), which scatters neighbours evenly, does not depend on DuckDB's threads, and gives another sample for another seed.
 */
function sample(from: string, part: PartBounds, limit: number | null, seed: number): string {
  const scatter = `((id::bigint + ${seed}) * 2654435761) % 4294967296`;
  return `select id, ${literal(part.part)} from ${from} where ${partCondition(part)}
    ${limit === null ? '' : `order by ${scatter}, id limit ${limit}`}`;
}

function requireBothClasses(part: string, { labels }: FeatureColumns): void {
  if (labels.includes(0) && labels.includes(1)) return;
  throw new FlightdeckError(
    'TOO_FEW_ROWS',
    `The ${part} part has ${labels.length} rows and they are all of one class: take more rows, or move the split.`,
  );
}
