// Labels, from what is sent to what is read.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@flightdeck/core';
import { openDatabase } from '@flightdeck/dataset';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { answerOf } from '../log/answers.fixture.ts';
import { openPredictionLog } from '../log/prediction-log.ts';
import { predictionIds } from '../prediction-id.ts';
import { openPredictionRecords } from '../reading/prediction-records.ts';
import { mountSmallDisk } from '../records/small-disk.fixture.ts';
import { type LabelStore, openLabelStore } from './label-store.ts';

const disk = mountSmallDisk();
afterAll(() => disk?.unmount());

const clock = manualClock(1_000);
let home: string;
let store: LabelStore;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'flightdeck-labels-'));
  store = openLabelStore({ home, maxDays: 1e6, clock });
});
afterEach(async () => {
  await store.close();
  await rm(home, { recursive: true, force: true });
});

const idOf = (request: number) => `aaaaaaaaaaaa-${request.toString(36)}-0`;

async function query(sql: string, folder = home): Promise<Record<string, unknown>[]> {
  const database = await openDatabase();
  const records = await openPredictionRecords(database, { home: folder, model: 'toy' });
  try {
    return await database.rows(sql);
  } finally {
    records.close();
    await database.close();
  }
}

test('what names no prediction is refused by itself', async () => {
  const receipt = await store.append(
    'toy',
    [
      { predictionId: 'flight-17', label: 1, knownAt: 1 },
      { predictionId: idOf(1), label: 1, knownAt: 1 },
      { predictionId: `${idOf(1)}\n`, label: 1, knownAt: 1 },
    ],
    'ops',
  );
  expect(receipt.accepted).toBe(1);
  expect(receipt.refused.map(({ index, code }) => [index, code])).toEqual([
    [0, 'PREDICTION_ID_INVALID'],
    [2, 'PREDICTION_ID_INVALID'],
  ]);
  expect(await query('select prediction_id from labels')).toEqual([{ prediction_id: idOf(1) }]);
});

test('two labels of one prediction at one time are refused both; said twice, it is one label', async () => {
  const label = { predictionId: idOf(1), knownAt: 1 };
  const receipt = await store.append(
    'toy',
    [
      { ...label, label: 1 },
      { ...label, label: 0 },
    ],
    'ops',
  );
  expect(receipt).toMatchObject({ accepted: 0, refused: [{ code: 'LABEL_CONTRADICTORY' }, { index: 1 }] });
  expect(
    await store.append(
      'toy',
      [
        { ...label, label: 1 },
        { ...label, label: 1 },
      ],
      'ops',
    ),
  ).toMatchObject({ accepted: 2 });
  expect(await query('select label from label_history')).toEqual([{ label: 1 }]);
});

test('a folder that cannot be written is told, and a retry may help', async () => {
  await writeFile(join(home, 'labels'), 'a file');
  const labels = [{ predictionId: idOf(1), label: 1, knownAt: 1 }] as const;
  await expect(store.append('toy', labels, 'ops')).rejects.toMatchObject({
    code: 'LABELS_NOT_STORED',
    retryable: true,
    message: expect.stringContaining(home),
  });
  await rm(join(home, 'labels'));
  await store.append('toy', labels, 'ops');
  expect(await query('select label from labels')).toEqual([{ label: 1 }]);
});

test.skipIf(disk === null)(
  'a full disk acknowledges no label, and takes them when there is space',
  async () => {
    const full = join(disk!.folder, 'home');
    await mkdir(full);
    const crowded = openLabelStore({ home: full, maxDays: 1e6, clock });
    const labelsFrom = (from: number) =>
      Array.from(
        { length: 2_000 },
        (_, index) => ({ predictionId: idOf(from + index), label: 1, knownAt: 1 }) as const,
      );
    await crowded.append('toy', labelsFrom(0), 'ops');
    const filler = disk!.fill();
    await expect(crowded.append('toy', labelsFrom(2_000), 'ops')).rejects.toMatchObject({
      code: 'LABELS_NOT_STORED',
    });
    await rm(filler);
    await crowded.append('toy', labelsFrom(2_000), 'ops');
    expect(await query('select count(*)::int as n, sum(label)::int as positive from labels', full)).toEqual([
      { n: 4_000, positive: 4_000 },
    ]);
    await crowded.close();
  },
);

test('what was acknowledged survives a SIGKILL', async () => {
  const child = fork(join(import.meta.dirname, 'labelling.child.ts'), [home], { execArgv: [] });
  const acknowledged: string[] = [];
  await new Promise<void>((resolve) => {
    child.on('message', (id: string) => {
      acknowledged.push(id);
      if (acknowledged.length === 40) resolve();
    });
  });
  child.kill('SIGKILL');
  await once(child, 'exit');
  const stored = await query('select prediction_id as id from labels');
  expect(stored.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged));
});

test('sent again, a label is one label, which came when it came first and from whom it came first', async () => {
  const labels = [{ predictionId: idOf(1), label: 1, knownAt: 500 }] as const;
  const at = clock();
  await store.append('toy', labels, 'ops');
  clock.advance(10);
  await store.append('toy', labels, 'a retry');
  expect(await query('select * from label_history')).toEqual([
    { prediction_id: idOf(1), label: 1, known_at: '500', at: String(at), actor: 'ops' },
  ]);
});

test('the latest truth is the label, both stay, and a late retry of the old one changes nothing', async () => {
  const wrong = { predictionId: idOf(1), label: 0, knownAt: 500 } as const;
  const right = { predictionId: idOf(1), label: 1, knownAt: 600 } as const;
  await store.append('toy', [wrong], 'feed');
  clock.advance(10);
  await store.append('toy', [right], 'ops');
  clock.advance(10);
  await store.append('toy', [wrong], 'feed');
  expect(await query('select label, known_at from labels')).toEqual([{ label: 1, known_at: '600' }]);
  expect(await query('select label, actor from label_history order by known_at')).toEqual([
    { label: 0, actor: 'feed' },
    { label: 1, actor: 'ops' },
  ]);
});

test('of two labels with one time, the one that came last is the label', async () => {
  for (const label of [1, 0] as const) {
    await store.append('toy', [{ predictionId: idOf(1), label, knownAt: 500 }], 'ops');
    clock.advance(10);
  }
  await store.append('toy', [{ predictionId: idOf(1), label: 1, knownAt: 500 }], 'a retry');
  expect(await query('select label from labels')).toEqual([{ label: 0 }]);
});

test('labels of predictions that the log does not know are stored and counted, also when they come before it is flushed', async () => {
  const ids = predictionIds();
  const log = openPredictionLog({ home, token: ids.token, maxBytes: 1e9, maxDays: 1e6, flushMs: 1e6 });
  const request = ids.nextRequest();
  const { layout, ...answer } = answerOf(request, 1);
  log.append({ ...answer, layout: { ...layout, model: 'toy' } });
  const known = { predictionId: `${ids.prefix(request)}0`, label: 1, knownAt: 1 } as const;
  expect(await store.append('toy', [known, { ...known, predictionId: idOf(9) }], 'ops')).toMatchObject({
    accepted: 2,
    unknown: 2,
  });
  await log.flush();
  clock.advance(1_000);
  expect(await store.append('toy', [known, { ...known, predictionId: idOf(9) }], 'ops')).toMatchObject({
    accepted: 2,
    unknown: 1,
  });
  await log.close();
  expect(await query('select prediction_id as id, label from matured')).toEqual([
    { id: known.predictionId, label: 1 },
  ]);
  expect(
    await query('select count(*)::int as n from labels anti join predictions using (prediction_id)'),
  ).toEqual([{ n: 1 }]);
});

test('many requests at once are each answered, and each label is there', async () => {
  const requests = Array.from({ length: 200 }, (_, request) =>
    store.append('toy', [{ predictionId: idOf(request), label: 1, knownAt: 1 }], 'ops'),
  );
  expect(await Promise.all(requests)).toHaveLength(200);
  expect(await query('select count(*)::int as n from labels')).toEqual([{ n: 200 }]);
});
