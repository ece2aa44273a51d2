// The log as whoever analyses it finds it: through DuckDB, from the files alone.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@flightdeck/dataset';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerOf } from './answers.fixture.ts';
import { openPredictionLog } from './prediction-log.ts';

let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'flightdeck-log-')), 'predictions');
});

afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true, force: true });
});

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const database = await openDatabase();
  try {
    return await database.rows(sql.replace('LOG', `read_ndjson('${folder}/*.ndjson', ignore_errors = true)`));
  } finally {
    await database.close();
  }
}

test('a folder that cannot be written is told by flush and close, and no answer suffers', async () => {
  const file = join(folder, '..', 'a-file');
  await writeFile(file, '');
  const log = openPredictionLog({ folder: join(file, 'predictions'), maxBytes: 1e9 });
  log.append(answerOf(1, 3));
  await expect(log.flush()).rejects.toMatchObject({
    code: 'PREDICTION_LOG_FAILED',
    message: expect.stringContaining(file),
  });
  expect(log.counts.dropped).toBe(3);
});

test('every row is there once, with its inputs, its score, its request and its place in it', async () => {
  const log = openPredictionLog({ folder, maxBytes: 1e9 });
  for (let request = 0; request < 1_000; request++) log.append(answerOf(request, (request % 7) + 1));
  await log.close();
  const rows = Array.from({ length: 1_000 }, (_, request) => (request % 7) + 1).reduce((a, b) => a + b);
  expect(log.counts).toEqual({ appended: rows, dropped: 0 });
  const [counts] = await query(`
    SELECT count(*)::INT AS rows, count(DISTINCT request_id || ':' || row)::INT AS predictions,
      count(*) FILTER (score = features.distance / 1000 AND features.origin = 'A' || row)::INT AS right
    FROM LOG`);
  expect(counts).toEqual({ rows, predictions: rows, right: rows });
});

test('a missing number is null', async () => {
  const log = openPredictionLog({ folder, maxBytes: 1e9 });
  const answer = answerOf(1, 1);
  const withoutDistance: typeof answer.copy = (_from, _to, { distance }, at) => {
    distance![at] = Number.NaN;
  };
  log.append(answer);
  log.append({ ...answer, copy: withoutDistance });
  await log.close();
  const [counts] = await query(
    'SELECT count(*)::INT AS rows, count(features.distance)::INT AS present FROM LOG',
  );
  expect(counts).toEqual({ rows: 2, present: 1 });
});

test('what was flushed survives a SIGKILL, whole', async () => {
  const child = fork(join(import.meta.dirname, 'prediction-log.child.ts'), [folder], { execArgv: [] });
  const [flushed] = (await once(child, 'message')) as [number];
  child.kill('SIGKILL');
  await once(child, 'exit');
  const [counts] = await query(
    'SELECT count(DISTINCT request_id)::INT AS requests FROM LOG WHERE score IS NOT NULL',
  );
  expect(counts!.requests).toBeGreaterThanOrEqual(flushed);
});

test('old segments are deleted to stay within the limit, the newest stay', async () => {
  const log = openPredictionLog({ folder, maxBytes: 200_000, maxSegmentBytes: 50_000 });
  for (let request = 0; request < 20; request++) {
    log.append(answerOf(request, 500));
    await log.flush();
  }
  await log.close();
  const sizes = await Promise.all(
    (await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size),
  );
  expect(sizes.length).toBeGreaterThan(1);
  // One chunk of 1,024 rows may go over the end of a segment, and the open segment is not counted yet.
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(500_000);
  const [newest] = await query("SELECT max(request_id) AS request FROM LOG WHERE request_id LIKE 'r-%'");
  expect(newest).toEqual({ request: 'r-000019' });
});
