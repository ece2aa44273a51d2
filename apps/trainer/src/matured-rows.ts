// The matured production rows of a model, as training wants them: one Parquet file, made from the prediction log and its labels
// when a stage needs it.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatabase } from '@flightdeck/dataset';
import { exportMatured, openPredictionRecords } from '@flightdeck/monitoring';
import type { ModelDefinition } from '@flightdeck/training';

/** Writes those that were predicted before `until`, in milliseconds since 1970 UTC. */
export async function writeMaturedRows({
  home,
  model,
  until,
  runId,
}: {
  home: string;
  model: ModelDefinition;
  until: number;
  runId: string;
}): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = join(home, 'retraining');
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${runId}.parquet`); // what a killed stage left behind is replaced when it is repeated
  const features = Object.entries(model.features.features).map(([name, { kind }]) => ({
    name,
    type: kind === 'category' ? ('string' as const) : ('number' as const),
  }));
  const database = await openDatabase();
  try {
    const records = await openPredictionRecords(database, { home, model: model.name, until });
    await exportMatured(database, path, { features }).finally(records.close);
  } finally {
    await database.close();
  }
  return { path, remove: () => rm(path, { force: true }) };
}
