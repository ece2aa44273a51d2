// Pages of a real log, of which some is open and some is finished, against the list of what was logged.

import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@flightdeck/core';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type LabelStore, openLabelStore } from '../labels/label-store.ts';
import { answerOf, layout } from '../log/answers.fixture.ts';
import { openPredictionLog, type PredictionLog } from '../log/prediction-log.ts';
import { type PredictionIds, predictionIds } from '../prediction-id.ts';
import { openPredictionFinder, type PredictionFinder } from './prediction-finder.ts';

const model = 'flight-delay';
let home: string;
let ids: PredictionIds;
let log: PredictionLog;
let labels: LabelStore;
let finder: PredictionFinder;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'flightdeck-finder-'));
  ids = predictionIds();
  log = newLog();
  labels = openLabelStore({ home, maxDays: 1e6, clock: manualClock(5_000_000) });
  finder = await openPredictionFinder({ home, model, memoryLimit: '256MB' });
});
afterEach(async () => {
  await finder.close();
  await log.close();
  await labels.close();
  await rm(home, { recursive: true, force: true });
});

const newLog = () => openPredictionLog({ home, token: ids.token, maxBytes: 1e9, maxDays: 1e6 });
const idsOf = (found: readonly { readonly id: string }[]) => found.map(({ id }) => id);
const all = { limit: 1_000 };

/** Logs requests of so many rows each; returns the ids. */
function append(...rows: number[]): string[] {
  return rows.flatMap((count) => {
    const request = ids.nextRequest();
    log.append(answerOf(request, count));
    return Array.from({ length: count }, (_, row) => `${ids.prefix(request)}${row}`);
  });
}

test('an empty log has no predictions, and what is no id finds none', async () => {
  expect(await finder.find(all)).toEqual([]);
  expect(await finder.review({ thresholds: new Map([[3, 0.5]]), latest: 10, limit: 10 })).toEqual({
    considered: 0,
    predictions: [],
  });
  for (const id of ['no id', `${ids.token}-0-0`]) expect(await finder.get(id)).toBeNull();
});

test('what was flushed since the last question is found, whether its segment is open, grown or finished', async () => {
  const first = append(3, 2);
  await log.flush();
  expect(idsOf(await finder.find(all)).toSorted()).toEqual(first.toSorted());
  const then = append(4);
  await log.flush();
  expect(idsOf(await finder.find(all)).toSorted()).toEqual([...first, ...then].toSorted());
  await log.close();
  log = newLog();
  expect(idsOf(await finder.find(all)).toSorted()).toEqual([...first, ...then].toSorted());
});

test('a torn tail is passed over until it is whole', async () => {
  const written = append(3);
  await log.flush();
  const folder = join(home, 'predictions', model);
  const open = (await readdir(folder)).find((name) => name.endsWith('.blocks'))!;
  await appendFile(join(folder, open), 'BLK1 and no more');
  for (const _ of [1, 2]) expect(await finder.find(all)).toHaveLength(written.length);
});

test('pages, one after the other, are the whole log, newest first and each prediction once', async () => {
  const written = append(...Array.from({ length: 30 }, (_, index) => 1 + (index % 5)));
  await log.flush();
  const whole = await finder.find(all);
  expect(whole.map(({ at }) => at)).toEqual(whole.map(({ at }) => at).toSorted((a, b) => b - a));
  expect(idsOf(whole).toSorted()).toEqual(written.toSorted());
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), async (limit) => {
      const paged: string[] = [];
      for (;;) {
        const last = whole.find(({ id }) => id === paged.at(-1));
        const page = await finder.find({ limit, ...(last && { before: last }) });
        paged.push(...idsOf(page));
        if (page.length < limit) break;
      }
      expect(paged).toEqual(idsOf(whole));
    }),
    { numRuns: 6 },
  );
});

test('each condition keeps what it names, and together they keep what fits them all', async () => {
  const request = ids.nextRequest();
  log.append({ ...answerOf(request, 3), unit: ['a', 'b', 'a'] });
  log.append({ ...answerOf(ids.nextRequest(), 2), layout: { ...layout, version: 4, variant: '4' } });
  log.appendFailure({ ...answerOf(ids.nextRequest(), 1), failure: 'MODEL_FAILED' });
  await log.flush();
  const one = `${ids.prefix(request)}1`;
  await labels.append(model, [{ predictionId: one, label: 1, knownAt: 10 }], 'ada');
  const matches = async (query: Partial<Parameters<typeof finder.find>[0]>) =>
    (await finder.find({ ...all, ...query })).length;
  expect(await matches({ unit: 'a' })).toBe(2);
  expect(await matches({ unit: "a' or true" })).toBe(0);
  expect(await matches({ requestId: 'r-000001' })).toBe(2);
  expect(await matches({ version: 4 })).toBe(2);
  expect(await matches({ variant: 'champion' })).toBe(4);
  expect(await matches({ endpoint: 'flights', minimumScore: 1, maximumScore: 1 })).toBe(2);
  expect(await matches({ hasFailed: true })).toBe(1);
  expect(await matches({ isLabelled: true })).toBe(1);
  expect(await matches({ isLabelled: false, hasFailed: false })).toBe(4);
  expect(await matches({ from: 1_000_001, until: 1_000_002 })).toBe(2);
  expect(await matches({ version: 4, unit: 'a' })).toBe(0);
});

test('of one prediction all is known: features with their statuses, shadows, and labels with their corrections', async () => {
  const request = ids.nextRequest();
  const answer = answerOf(request, 3);
  log.append({ ...answer, statuses: { distance: Uint8Array.of(0, 3, 0) } });
  log.appendShadow({
    ...{ model, version: 4, request, rows: 3, eventTime: answer.eventTime, latencyMs: 2 },
    scores: Float32Array.of(0.25, 0.5, 0.75),
    failure: null,
  });
  await log.flush();
  const id = `${ids.prefix(request)}1`;
  for (const [knownAt, label] of [
    [10, 1],
    [30, 0],
    [20, 1],
  ] as const)
    await labels.append(model, [{ predictionId: id, label, knownAt }], 'ada');
  const found = await finder.get(id);
  expect(found).toMatchObject({
    ...{ id, requestId: answer.requestId, version: 3, variant: 'champion', score: 1, label: 0 },
    unit: answer.requestId,
    features: [
      { name: 'distance', value: 1000, status: 'stale' },
      { name: 'origin', value: 'A1', status: 'given' },
    ],
    shadows: [{ version: 4, score: 0.5, latencyMs: 2, failure: null }],
  });
  expect(found!.labels.map(({ label, knownAt, actor }) => [label, knownAt, actor])).toEqual([
    [0, 30, 'ada'],
    [1, 20, 'ada'],
    [1, 10, 'ada'],
  ]);
  expect((await finder.find(all)).find((each) => each.id === id)!.label).toBe(0);
});

test('those are reviewed whose score is nearest to the threshold, among the latest that nobody has labelled', async () => {
  // Scores are 0, 1, 2, … by request, all of version 3.
  const written = append(...new Array<number>(10).fill(1));
  await log.flush();
  await labels.append(model, [{ predictionId: written[7]!, label: 1, knownAt: 10 }], 'ada');
  const thresholds = new Map([[3, 7.1]]);
  const { considered, predictions } = await finder.review({ thresholds, latest: 5, limit: 3 });
  expect(considered).toBe(5);
  expect(predictions.map(({ id }) => id)).toEqual([written[8], written[6], written[9]]);
  expect(predictions[0]).toMatchObject({ score: 8, threshold: 7.1, label: null });
});
