// The history: the model's own dataset, as rows in a Parquet file. Read from its source once per state directory; after that the
// file is there, and its manifest, which is written last, says that it is whole.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '@flightdeck/core';
import { type Database, type DatasetDefinition, datasetVersion, ingest, literal } from '@flightdeck/dataset';
import { z } from 'zod';
import type { TrainingContext } from './stages.ts';

export interface History {
  readonly version: string;
  readonly read: number;
  readonly quarantined: number;
  /** The rows as an SQL table. */
  readonly table: string;
}

const manifestSchema = z.object({
  version: z.string(),
  rows: z.object({ read: z.number(), quarantined: z.number() }),
});

export async function openHistory(
  database: Database,
  dataset: DatasetDefinition,
  { home, clock }: Pick<TrainingContext, 'home' | 'clock'>,
): Promise<History> {
  const folder = join(home, 'datasets', dataset.name);
  const ingested = join(folder, datasetVersion(dataset).slice(0, 16));
  const { version, rows } =
    (await readManifest(ingested)) ?? (await ingest(database, dataset, { folder, clock }));
  return { version, ...rows, table: literal(join(ingested, 'rows.parquet')) };
}

async function readManifest(folder: string): Promise<z.infer<typeof manifestSchema> | null> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  }
}

/**
 * Minutes within which all but one in a thousand labels of the history became known. Production rows younger than this are left
 * out: those of them that have a label are the ones whose label came early, and that is no fair sample. A flight that lands on
 * time is known to be on time before a late one is known to be late.
 */
export async function labelDelay(database: Database, { table }: History, until: number): Promise<number> {
  const [row] = await database.rows(
    `select quantile_disc(known_at - time, 0.999)::integer as delay from ${table} where time < ${until}`,
  );
  return Number(row!.delay);
}
