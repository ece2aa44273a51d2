// The rows of a model's dataset as a replay source: ingested once, read in order of time, a few at a time.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, isSystemError } from '@flightdeck/core';
import {
  type Database,
  type DatasetDefinition,
  datasetVersion,
  identifier,
  ingest,
  literal,
} from '@flightdeck/dataset';
import type { ModelDefinition } from '@flightdeck/training';
import { z } from 'zod';
import { type KnownColumns, knownColumns } from './known-columns.ts';
import type { ReplayRow, ReplaySource, Scalar, Span } from './replay-source.ts';

export interface DatasetSourceOptions {
  readonly home: string;
  readonly clock: Clock;
}

/** Ingests the dataset where that has not been done. Rejects with what `ingest` throws, and VIEW_NOT_REPLAYABLE. */
export async function openDatasetSource(
  database: Database,
  { dataset, features }: Pick<ModelDefinition, 'dataset' | 'features'>,
  { home, clock }: DatasetSourceOptions,
): Promise<ReplaySource> {
  const known = knownColumns(features);
  const folder = join(home, 'datasets', dataset.name);
  const path =
    (await ingestedRows(folder, dataset)) ?? (await ingest(database, dataset, { folder, clock })).files.rows;
  const columns = await columnsOf(database, path);
  const moments = Object.keys(known.events).map((type) => ({ type, at: features.events[type]!.at }));
  return {
    version: datasetVersion(dataset),
    async *rows(span) {
      const latest = ['time', 'known_at', ...moments.map(({ at }) => at)].map(identifier).join(', ');
      for await (const found of readInOrder(database, path, columns, span, latest)) {
        yield replayRow(dataset.name, known, moments, found);
      }
    },
  };
}

const manifest = z.object({ files: z.object({ rows: z.string() }) });

/** Where an earlier ingestion of this very version has put its rows. */
async function ingestedRows(folder: string, dataset: DatasetDefinition): Promise<string | null> {
  const path = join(folder, datasetVersion(dataset).slice(0, 16), 'manifest.json');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  });
  return text === null ? null : manifest.parse(JSON.parse(text)).files.rows;
}

/** Every column as a name or a number: DuckDB would hand a BIGINT over as text. */
async function columnsOf(database: Database, path: string): Promise<string> {
  const described = await database.rows(`describe select * from ${literal(path)}`);
  const expressions = described.map(({ column_name, column_type }) => {
    const name = identifier(String(column_name));
    const isNumber = /INT|DECIMAL|FLOAT|DOUBLE/.test(String(column_type));
    return `${name}::${isNumber ? 'double' : 'varchar'} as ${name}`;
  });
  return expressions.join(', ');
}

/** Converting this many takes some 10 ms, which is how long the event loop is held. */
const rowsAtOnce = 1000;

type Found = Readonly<Record<string, Scalar>>;

/** A row's place in the order of time: no dataset has a column of this name. */
const place = identifier('#');

/** The wanted rows become a table in order of time, so that each piece of it is read without looking at the rest. */
async function* readInOrder(
  database: Database,
  path: string,
  columns: string,
  { rowsFrom, startAt, to, slack }: Span,
  latest: string,
): AsyncGenerator<Found> {
  const from = Math.max(rowsFrom, -(2 ** 31));
  await database.run(`create or replace table replayed as
    select ${columns}, row_number() over (order by time, id) as ${place} from ${literal(path)}
    where time >= ${from} and time < ${to} and greatest(${latest}) + ${slack} >= ${startAt} order by ${place}`);
  for (let first = 1; ; first += rowsAtOnce) {
    const rows = await database.rows(
      `select * exclude ${place} from replayed where ${place} between ${first} and ${first + rowsAtOnce - 1} order by ${place}`,
    );
    yield* rows as Found[];
    if (rows.length < rowsAtOnce) return;
  }
}

interface Moment {
  readonly type: string;
  readonly at: string;
}

function replayRow(dataset: string, known: KnownColumns, moments: readonly Moment[], row: Found): ReplayRow {
  const unit = `${dataset}-${row.id}`;
  const value = (column: string): Scalar => row[column] ?? null;
  return {
    id: Number(row.id),
    unit,
    time: Number(row.time),
    instance: Object.fromEntries(
      Object.entries(known.instance).map(([field, column]) => [field, value(column)]),
    ),
    events: moments.map(({ type, at }) => ({
      type,
      id: `${unit}-${type}`,
      at: Number(row[at]),
      columns: Object.fromEntries(known.events[type]!.map((column) => [column, value(column)])),
    })),
    label: Number(row[known.label.column]) > known.label.threshold ? 1 : 0,
    knownAt: Number(row.known_at),
  };
}
