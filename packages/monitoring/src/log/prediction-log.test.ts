// The log as whoever analyses it finds it: through DuckDB, from the files alone.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@flightdeck/dataset';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { predictionIds } from '../prediction-id.ts';
import { openPredictionRecords } from '../reading/prediction-records.ts';
import { mountSmallDisk } from '../records/small-disk.fixture.ts';
import { answerOf, layout } from './answers.fixture.ts';
import type { LoggedAnswer } from './logged.ts';
import { openPredictionLog, type PredictionLog } from './prediction-log.ts';

const disk = mountSmallDisk();
afterAll(() => disk?.unmount());

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'flightdeck-log-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

function logIn(folder = home): { log: PredictionLog; ids: ReturnType<typeof predictionIds> } {
  const ids = predictionIds();
  return { ids, log: openPredictionLog({ home: folder, token: ids.token, maxBytes: 1e9, maxDays: 1e6 }) };
}

async function query(sql: string, folder = home): Promise<Record<string, unknown>[]> {
  const database = await openDatabase();
  const records = await openPredictionRecords(database, { home: folder, model: 'flight-delay' });
  try {
    return await database.rows(sql);
  } finally {
    records.close();
    await database.close();
  }
}

const segments = (ending: string) =>
  readdir(join(home, 'predictions', 'flight-delay')).then((names) =>
    names.filter((name) => name.endsWith(ending)),
  );

test('a folder that cannot be written is told by the state, by flush and by close, and no answer suffers', async () => {
  await writeFile(join(home, 'predictions'), 'a file');
  const { log } = logIn();
  log.append(answerOf(1, 3));
  await expect(log.flush()).rejects.toMatchObject({
    code: 'PREDICTION_LOG_FAILED',
    message: expect.stringContaining(join(home, 'predictions')),
  });
  expect(log.state).toMatchObject({ dropped: 3, problem: expect.stringContaining(home) });
  await rm(join(home, 'predictions'));
  log.append(answerOf(2, 2));
  await log.flush();
  expect(log.state).toMatchObject({ dropped: 3, problem: null });
  log.append(answerOf(3, 1));
  await log.close();
  expect(await query('select count(*)::int as rows from predictions')).toEqual([{ rows: 3 }]);
});

test.skipIf(disk === null)(
  'a full disk drops rows and counts them; when there is space again, the log goes on',
  async () => {
    const full = join(disk!.folder, 'home');
    await mkdir(full);
    const { log, ids } = logIn(full);
    log.append(answerOf(ids.nextRequest(), 10));
    await log.flush();
    const filler = disk!.fill();
    for (let count = 0; count < 300; count++) log.append(answerOf(ids.nextRequest(), 100));
    await expect(log.flush()).rejects.toMatchObject({ code: 'PREDICTION_LOG_FAILED', retryable: true });
    const { dropped } = log.state;
    expect(dropped).toBeGreaterThan(0);
    expect(log.state.problem).toMatch(/ENOSPC/);
    await rm(filler);
    log.append(answerOf(ids.nextRequest(), 20));
    await log.flush();
    expect(log.state).toMatchObject({ dropped, problem: null });
    expect(await query('select count(*)::int as rows from predictions', full)).toEqual([
      { rows: 30_030 - dropped },
    ]);
    await log.close();
  },
);

test('rows that the disk is too slow for are dropped and counted, and what was taken is all there', async () => {
  const { log, ids } = logIn();
  // Without a turn of the event loop, the thread cannot say that it has taken anything.
  for (let count = 0; count < 300; count++) log.append(answerOf(ids.nextRequest(), 1_000));
  const { appended, dropped } = log.state;
  expect(dropped).toBeGreaterThan(0);
  expect(appended + dropped).toBe(300_000);
  await expect(log.close()).rejects.toMatchObject({ code: 'PREDICTION_LOG_FAILED' });
  expect(await query('select count(*)::int as rows from predictions')).toEqual([{ rows: appended }]);
});

test('an answer that cannot be copied is dropped, with what is said of it, and the next is not', async () => {
  const { log, ids } = logIn();
  log.append({
    ...answerOf(ids.nextRequest(), 2),
    copy() {
      throw new Error('no such column');
    },
  });
  expect(log.state).toEqual({ appended: 0, dropped: 2, problem: 'no such column' });
  log.append(answerOf(ids.nextRequest(), 3));
  await log.close().catch(() => {});
  expect(await query('select count(*)::int as rows from predictions')).toEqual([{ rows: 3 }]);
});

test('what was flushed survives a SIGKILL; a log that is opened later finishes what the killed one left', async () => {
  const child = fork(join(import.meta.dirname, 'appending.child.ts'), [home], { execArgv: [] });
  const [flushed] = (await once(child, 'message')) as [string[]];
  child.kill('SIGKILL');
  await once(child, 'exit');
  const kept = `select count(*)::int as kept, count(distinct prediction_id)::int as distinct_ids from predictions
    where prediction_id in (${flushed.map((id) => `'${id}'`).join(', ')})`;
  const all = { kept: flushed.length, distinct_ids: flushed.length };
  expect(await query(kept)).toEqual([all]);
  expect(await segments('.blocks')).toHaveLength(1);

  const { log, ids } = logIn();
  log.append(answerOf(ids.nextRequest(), 1));
  await log.close();
  expect(await segments('.blocks')).toEqual([]);
  expect(await query(kept)).toEqual([all]);
  expect(await readdir(join(home, 'predictions'))).toEqual(['flight-delay']);
});

test('two logs at once, and a reader between them, find every row once', async () => {
  const [one, other] = [logIn(), logIn()];
  for (let count = 0; count < 50; count++) {
    for (const { log, ids } of [one, other]) log.append(answerOf(ids.nextRequest(), 100));
    if (count % 20 === 0) await one.log.flush();
  }
  const sql = 'select count(*)::int as rows, count(distinct prediction_id)::int as ids from predictions';
  await Promise.all([one.log.flush(), other.log.flush()]);
  expect(await query(sql)).toEqual([{ rows: 10_000, ids: 10_000 }]);
  await Promise.all([one.log.close(), other.log.close()]);
  expect(await query(sql)).toEqual([{ rows: 10_000, ids: 10_000 }]);
});

test('every row is there once, with its id, its features, its score and its request', async () => {
  const { log, ids } = logIn();
  let rows = 0;
  for (let count = 0; count < 1_000; count++) {
    log.append(answerOf(ids.nextRequest(), (count % 7) + 1));
    rows += (count % 7) + 1;
  }
  await log.close();
  expect(log.state).toEqual({ appended: rows, dropped: 0, problem: null });
  const [counts] = await query(`
    select count(*)::int as rows, count(distinct prediction_id)::int as ids, count(*) filter (
      score = "f:distance" / 1000
      and prediction_id = '${ids.token}-' || lower(to_base(event_time - 1000000, 36)) || '-' || substr("f:origin", 2)
      and request_id = 'r-' || lpad((event_time - 1000000)::varchar, 6, '0')
      and "at" = event_time + 1000000 and latency_ms = 1.5 and unit = request_id and failure is null
      and (endpoint, model, version, variant) = ('flights', 'flight-delay', 3, 'champion')
      and ("s:distance", "s:origin") = ('given', 'given'))::int as right
    from predictions`);
  expect(counts).toEqual({ rows, ids: rows, right: rows });
});

test('times, units and statuses may differ from row to row; what is missing is NULL, and a unit the request itself', async () => {
  const { log, ids } = logIn();
  const answer: LoggedAnswer = {
    ...answerOf(ids.nextRequest(), 3),
    eventTime: [5, 6, 7],
    unit: ['ann', null, 'bob'],
    statuses: { distance: Uint8Array.of(1, 2, 3) },
    copy(from, to, { distance, origin }, at) {
      for (let place = at; place < at + to - from; place++) {
        distance![place] = Number.NaN;
        origin![place] = '';
      }
    },
  };
  // A request before and after, so that what one request writes is not what another is read with.
  log.append({ ...answerOf(ids.nextRequest(), 1), unit: 'cy' });
  log.append(answer);
  log.append(answerOf(ids.nextRequest(), 1));
  await log.close();
  const rows = await query(`select event_time, unit, "f:distance" as distance, "f:origin" as origin,
    "s:distance" as status, "s:origin" as other from predictions where event_time < 10 order by event_time`);
  const missing = { distance: null, origin: null, other: 'given' };
  expect(rows).toEqual([
    { event_time: '5', unit: 'ann', status: 'present', ...missing },
    { event_time: '6', unit: 'r-000000', status: 'default', ...missing },
    { event_time: '7', unit: 'bob', status: 'stale', ...missing },
  ]);
  const others = await query(`select unit, "f:origin" as origin, "s:distance" as status from predictions
    where event_time > 10 order by event_time`);
  expect(others).toEqual([
    { unit: 'cy', origin: 'A0', status: 'given' },
    { unit: 'r-000002', origin: 'A0', status: 'given' },
  ]);
});

test('failures are predictions without a score: with features where they are known, without a version where none is', async () => {
  const { log, ids } = logIn();
  const { scores: _, ...request } = answerOf(ids.nextRequest(), 2);
  log.appendFailure({ ...request, failure: 'MODEL_OUTPUT_INVALID' });
  const { copy: __, ...unread } = request;
  log.appendFailure({
    ...unread,
    request: ids.nextRequest(),
    rows: 1,
    layout: { ...layout, version: null },
    failure: 'TIMEOUT',
  });
  log.append(answerOf(ids.nextRequest(), 1));
  await log.close();
  const rows =
    await query(`select failure, version, score, "f:origin" as origin, count(*)::int as rows from predictions
    group by all order by failure, origin`);
  expect(rows).toEqual([
    { failure: 'MODEL_OUTPUT_INVALID', version: 3, score: null, origin: 'A0', rows: 1 },
    { failure: 'MODEL_OUTPUT_INVALID', version: 3, score: null, origin: 'A1', rows: 1 },
    { failure: 'TIMEOUT', version: null, score: null, origin: null, rows: 1 },
    { failure: null, version: 3, score: 2, origin: 'A0', rows: 1 },
  ]);
});

test('shadows are records of their own that name the prediction', async () => {
  const { log, ids } = logIn();
  const request = ids.nextRequest();
  log.append(answerOf(request, 2));
  const shadow = { model: 'flight-delay', version: 4, request, rows: 2, eventTime: 1_000_000, latencyMs: 3 };
  log.appendShadow({ ...shadow, scores: Float32Array.of(0.25, 0.5), failure: null });
  log.appendShadow({ ...shadow, version: 5, rows: 1, scores: null, failure: 'TIMEOUT' });
  await log.close();
  expect(
    await query(`select p.score as served, s.version, s.score, s.latency_ms, s.failure
      from predictions p join shadows s using (prediction_id) order by all`),
  ).toEqual([
    { served: 0, version: 4, score: 0.25, latency_ms: 3, failure: null },
    { served: 0, version: 5, score: null, latency_ms: 3, failure: 'TIMEOUT' },
    { served: 1, version: 4, score: 0.5, latency_ms: 3, failure: null },
  ]);
});
