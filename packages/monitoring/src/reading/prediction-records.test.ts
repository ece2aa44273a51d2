// The views, over what is finished, what is open and what was left, of versions that differ.

import { existsSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@flightdeck/core';
import { type Database, openDatabase } from '@flightdeck/dataset';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLabelStore } from '../labels/label-store.ts';
import { answerOf, layout } from '../log/answers.fixture.ts';
import { openPredictionLog, type PredictionLog } from '../log/prediction-log.ts';
import { type PredictionIds, predictionIds } from '../prediction-id.ts';
import { exportMatured } from './matured-export.ts';
import { openPredictionRecords, type PredictionRecords, type RecordsQuery } from './prediction-records.ts';

let home: string;
let folder: string;
let database: Database;
let ids: PredictionIds;
let log: PredictionLog;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'flightdeck-records-'));
  folder = join(home, 'predictions', 'flight-delay');
  database = await openDatabase();
  ids = predictionIds();
  log = openPredictionLog({ home, token: ids.token, maxBytes: 1e9, maxDays: 1e6 });
});
afterEach(async () => {
  await log.close();
  await database.close();
  await rm(home, { recursive: true, force: true });
});

function open(bounds: Pick<RecordsQuery, 'from' | 'until'> = {}): Promise<PredictionRecords> {
  return openPredictionRecords(database, { home, model: 'flight-delay', ...bounds });
}

const countOf = async (view: string) => (await database.rows(`select count(*)::int as n from ${view}`))[0]!.n;

test('where nothing was ever logged, every view is there, with its columns and without rows', async () => {
  const records = await open();
  for (const view of ['predictions', 'shadows', 'exposures', 'labels', 'label_history', 'matured']) {
    expect(await countOf(view)).toBe(0);
  }
  const columns = await database.rows('describe matured');
  expect(
    Object.fromEntries(columns.map(({ column_name, column_type }) => [column_name, column_type])),
  ).toEqual({
    prediction_id: 'VARCHAR',
    request_id: 'VARCHAR',
    event_time: 'BIGINT',
    at: 'BIGINT',
    endpoint: 'VARCHAR',
    model: 'VARCHAR',
    version: 'INTEGER',
    variant: 'VARCHAR',
    unit: 'VARCHAR',
    score: 'DOUBLE',
    failure: 'VARCHAR',
    latency_ms: 'DOUBLE',
    label: 'INTEGER',
    known_at: 'BIGINT',
  });
  records.close();
});

test('a torn tail and another file are passed over, the tail counted, and neither is in anybody’s way', async () => {
  log.append(answerOf(ids.nextRequest(), 5));
  await log.flush();
  const [segment] = (await readdir(folder)).filter((name) => name.endsWith('.blocks'));
  await appendFile(join(folder, segment!), Buffer.alloc(123, 7));
  await appendFile(join(folder, 'notes.txt'), 'somebody was here');
  const records = await open();
  expect(records.damagedBytes).toBe(123);
  expect(await countOf('predictions')).toBe(5);
  records.close();
});

test('a snapshot stays as it was while segments are written, finished and deleted, and leaves nothing', async () => {
  log.append(answerOf(ids.nextRequest(), 5));
  await log.close();
  log = openPredictionLog({ home, token: predictionIds().token, maxBytes: 1e9, maxDays: 1e6 });
  log.append(answerOf(ids.nextRequest(), 7));
  await log.flush();
  const records = await open();
  log.append(answerOf(ids.nextRequest(), 11));
  await log.close();
  for (const name of await readdir(folder)) {
    if (name.endsWith('.parquet')) await rm(join(folder, name));
  }
  expect(await countOf('predictions')).toBe(12);
  records.close();
  expect(await readdir(folder)).toEqual([]);
  log = openPredictionLog({ home, token: predictionIds().token, maxBytes: 1e9, maxDays: 1e6 });
});

test('what a killed reader left is cleared away a day later', async () => {
  const left = join(folder, '.reading-000000000000');
  const fresh = join(folder, '.reading-111111111111');
  await mkdir(left, { recursive: true });
  await mkdir(fresh);
  await utimes(left, 0, 0);
  (await open()).close();
  expect([existsSync(left), existsSync(fresh)]).toEqual([false, true]);
});

test('versions with other features are one view; what a version does not have is NULL, as is its status', async () => {
  log.append(answerOf(ids.nextRequest(), 2));
  const columns = [{ name: 'weather', type: 'string' }, layout.columns[0]!] as const;
  log.append({
    ...answerOf(ids.nextRequest(), 1),
    layout: { ...layout, version: 4, columns },
    copy(_from, _to, { weather, distance }, at) {
      weather![at] = 'fog';
      distance![at] = 9;
    },
  });
  await log.flush();
  const records = await open();
  expect(
    await database.rows(`select version, "f:distance" as distance, "f:origin" as origin, "s:origin" as origin_status,
      "f:weather" as weather from predictions order by all`),
  ).toEqual([
    { version: 3, distance: 0, origin: 'A0', origin_status: 'given', weather: null },
    { version: 3, distance: 1000, origin: 'A1', origin_status: 'given', weather: null },
    { version: 4, distance: 9, origin: null, origin_status: null, weather: 'fog' },
  ]);
  records.close();
});

test('bounds are of the event time, from the first to before the last', async () => {
  for (let count = 0; count < 10; count++) {
    const request = ids.nextRequest();
    log.append(answerOf(request, 1));
    const about = { model: 'flight-delay', request, eventTime: 1_000_000 + request };
    log.appendShadow({
      ...about,
      rows: 1,
      version: 4,
      latencyMs: 1,
      scores: Float32Array.of(1),
      failure: null,
    });
  }
  await log.flush();
  const records = await open({ from: 1_000_002, until: 1_000_005 });
  for (const view of ['predictions', 'shadows', 'exposures']) expect(await countOf(view)).toBe(3);
  expect(
    await database.rows('select min(event_time) as "from", max(event_time) as until from predictions'),
  ).toEqual([{ from: '1000002', until: '1000004' }]);
  records.close();
});

test('labels within bounds are those of the predictions that are, one row of a request and not the other', async () => {
  const request = ids.nextRequest();
  log.append({ ...answerOf(request, 3), eventTime: [100, 200, 300] });
  await log.flush();
  const store = openLabelStore({ home, maxDays: 1e6, clock: manualClock() });
  const labelOf = (row: number, label: 0 | 1, knownAt: number) => ({
    ...{ predictionId: `${ids.prefix(request)}${row}`, label, knownAt },
  });
  const labels = [labelOf(0, 1, 5_000), labelOf(1, 0, 5_000), labelOf(1, 1, 9_000), labelOf(2, 0, 5_000)];
  await store.append('flight-delay', labels, 'ops');
  await store.close();
  const records = await open({ from: 200, until: 300 });
  expect(await database.rows('select prediction_id, label from labels')).toEqual([
    { prediction_id: `${ids.prefix(request)}1`, label: 1 },
  ]);
  expect([await countOf('label_history'), await countOf('matured')]).toEqual([2, 1]);
  records.close();
  const all = await open();
  expect([await countOf('labels'), await countOf('matured')]).toEqual([3, 3]);
  all.close();
});

test('matured predictions are exported as training rows: minutes, features by name, the latest label', async () => {
  const request = ids.nextRequest();
  const minute = 60_000;
  log.append({ ...answerOf(request, 3), eventTime: [10 * minute, 5 * minute + 59_999, 7 * minute] });
  const { scores: _, ...failed } = answerOf(ids.nextRequest(), 1);
  log.appendFailure({ ...failed, failure: 'TIMEOUT' });
  await log.flush();
  const store = openLabelStore({ home, maxDays: 1e6, clock: manualClock() });
  const idOf = (row: number) => `${ids.prefix(request)}${row}`;
  await store.append(
    'flight-delay',
    [
      { predictionId: idOf(0), label: 0, knownAt: 1 },
      { predictionId: idOf(0), label: 1, knownAt: 2 },
      { predictionId: idOf(1), label: 0, knownAt: 1 },
      { predictionId: `${ids.prefix(1)}0`, label: 1, knownAt: 1 },
    ],
    'ops',
  );
  await store.close();
  const records = await open();
  const path = join(home, 'matured.parquet');
  const features = [...layout.columns, { name: 'weather', type: 'string' } as const];
  await exportMatured(database, path, { features });
  records.close();
  expect(await database.rows(`from '${path}' order by id`)).toEqual([
    { id: 1, time: 5, distance: 1000, origin: 'A1', weather: null, label: 0 },
    { id: 2, time: 10, distance: 0, origin: 'A0', weather: null, label: 1 },
  ]);
  const types = await database.rows(`describe from '${path}'`);
  expect(types.map(({ column_type }) => column_type)).toEqual([
    'INTEGER',
    'INTEGER',
    'FLOAT',
    'VARCHAR',
    'VARCHAR',
    'INTEGER',
  ]);
});
