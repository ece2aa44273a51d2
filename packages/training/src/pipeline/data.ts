// The data of a run, in memory: from the source (ingest, split, sample, compute features), or from a snapshot (snapshot-files.ts).

import { join } from 'node:path';
import {
  boundsOf,
  type Database,
  type IngestedDataset,
  ingest,
  literal,
  openDatabase,
  type Part,
} from '@flightdeck/dataset';
import { buildFeatureTable } from '@flightdeck/features';
import { type FeatureColumns, readFeatureColumns } from '../feature-columns.ts';
import type { ModelDefinition } from '../model-definition.ts';
import { chooseRows, requireBothClasses } from './parts.ts';
import type { Stages, TrainingContext } from './stages.ts';

export interface TrainingData extends Readonly<Record<Part, FeatureColumns>> {
  /** The hash of what was read, and how many rows of the dataset that were. */
  readonly source: { readonly version: string; readonly read: number; readonly quarantined: number };
  /** Where the test part begins, minutes since 1970 UTC: a network has seen what lies before. */
  readonly testFrom: number;
}

/** Reads the data a run needs. `rows` is the number of training rows, null for all; held-out parts get half as many. */
export async function readTrainingData(
  model: ModelDefinition,
  request: { rows: number | null; seed: number },
  stages: Stages<'ingest' | 'features'>,
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
  { features, split }: ModelDefinition,
  { version, rows, files }: IngestedDataset,
  request: { rows: number | null; seed: number },
): Promise<TrainingData> {
  const from = literal(files.rows);
  const bounds = boundsOf(split);
  await chooseRows(database, from, bounds, request);
  const where = 'id in (select id from chosen)';
  await buildFeatureTable(database, features, { from, where, keep: [], into: 'features' });
  const read = async (part: Part) => {
    const inside = `id in (select id from chosen where part = ${literal(part)})`;
    const columns = await readFeatureColumns(database, features, 'features', inside);
    requireBothClasses(part, columns.rows, positivesOf(columns));
    return columns;
  };
  return {
    source: { version, read: rows.read, quarantined: rows.quarantined },
    testFrom: bounds.find(({ part }) => part === 'test')!.from,
    train: await read('train'),
    validation: await read('validation'),
    test: await read('test'),
  };
}

function positivesOf({ labels }: FeatureColumns): number {
  return labels.reduce((sum, label) => sum + label, 0);
}
