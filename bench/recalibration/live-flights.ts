// May and June of the flagship's dataset as if they had been served: features by the offline engine, labels as they became known.

import { join } from 'node:path';
import { systemClock } from '@flightdeck/core';
import { type Database, identifier, ingest, literal, openDatabase } from '@flightdeck/dataset';
import { buildFeatureTable } from '@flightdeck/features';
import { type Columns, openModel } from '@flightdeck/onnx';
import { expectedCalibrationError, logLoss, rocAuc } from '@flightdeck/stats';
import type { ModelDefinition } from '@flightdeck/training';

/** Moments are minutes since 1970 UTC. */
export interface LiveFlights {
  /** What monitoring would export at that moment: the rows whose label is known, as a Parquet file. */
  writeMatured(moment: number): Promise<string>;
  /** How good a model's answers were on the rows of a period. */
  measure(onnx: Uint8Array, from: number, until: number): Promise<Quality>;
  close(): Promise<void>;
}

export interface Quality {
  readonly rows: number;
  readonly ece: number;
  /** Mean probability less the share that came true. */
  readonly bias: number;
  readonly logLoss: number;
  readonly rocAuc: number;
}

export async function openLiveFlights(
  home: string,
  model: ModelDefinition,
  from: number,
  until: number,
): Promise<LiveFlights> {
  const database = await openDatabase();
  const folder = join(home, 'datasets', model.dataset.name);
  const { files } = await ingest(database, model.dataset, { folder, clock: systemClock });
  await buildFeatureTable(database, model.features, {
    from: literal(files.rows),
    where: `time >= ${from} and time < ${until}`,
    keep: ['known_at'],
    into: 'live',
  });
  return {
    async writeMatured(moment) {
      const path = join(home, `matured-${moment}.parquet`);
      const rows = `select * exclude (known_at) from live where known_at < ${moment} order by time, id`;
      await database.writeParquet(rows, path);
      return path;
    },
    measure: (onnx, from, until) => measure(database, onnx, `time >= ${from} and time < ${until}`),
    close: () => database.close(),
  };
}

async function measure(database: Database, onnx: Uint8Array, where: string): Promise<Quality> {
  const model = await openModel(onnx);
  const columns: Record<string, Columns[string]> = {};
  for (const { name, type } of model.inputs)
    columns[name] = await readColumn(database, name, type === 'string', where);
  const known = await database.columns(`select label from live where ${where} order by id`);
  const labels = Uint8Array.from(known.label!);
  const scores = await model.run(columns, labels.length);
  await model.release();
  const mean = (values: Iterable<number>) =>
    Float64Array.from(values).reduce((sum, x) => sum + x, 0) / labels.length;
  return {
    rows: labels.length,
    ece: expectedCalibrationError(scores, labels),
    bias: mean(scores) - mean(labels),
    logLoss: logLoss(scores, labels),
    rocAuc: rocAuc(scores, labels),
  };
}

async function readColumn(
  database: Database,
  name: string,
  isText: boolean,
  where: string,
): Promise<Columns[string]> {
  const query = `select ${identifier(name)} as value from live where ${where} order by id`;
  if (isText) return (await database.rows(query)).map(({ value }) => String(value ?? ''));
  return (await database.columns(query)).value as Float32Array;
}
