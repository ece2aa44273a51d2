// The evidence that leaves DuckDB, against the rows that were written to the log.

import { seededRandom } from '@flightdeck/core';
import { type Database, openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords } from '@flightdeck/monitoring';
import { evidenceSchema } from '@flightdeck/rollout';
import { logLoss, rocAuc } from '@flightdeck/stats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawRow, freshHome, hour, model, monday, recordTraffic, sigmoid } from '../traffic.fixture.ts';
import { gatherEvidence } from './evidence.ts';

let database: Database;
let close: () => void;

const window = { from: monday, to: monday + 2 * hour };
const scope = { endpoint: model, champion: 1, candidate: 2, ...window };
const ofChampion = { version: 1, ...window, rows: 3_000, seed: 7 };
const ofCandidate = { version: 2, variant: '2', ...window, rows: 1_000, seed: 8, bias: 0.4 };

beforeAll(async () => {
  const home = await freshHome();
  await recordTraffic(
    home,
    { ...ofChampion, shadow: { version: 2, bias: 0.4 } },
    ofCandidate,
    // Before, after, and somebody else's: none of it may show.
    { ...ofCandidate, from: monday - hour, to: monday, bias: 5 },
    { ...ofCandidate, from: window.to, to: window.to + hour, bias: 5 },
    { ...ofCandidate, version: 3, bias: 5, shadow: { version: 2, bias: 5 } },
  );
  database = await openDatabase();
  ({ close } = await openPredictionRecords(database, { home, model }));
});

afterAll(async () => {
  close?.();
  await database?.close();
});

const drawn = ({ rows, seed, bias = 0 }: { rows: number; seed: number; bias?: number }) => {
  const random = seededRandom(seed);
  const all: ReturnType<typeof drawRow>[] = [];
  for (let first = 0; first < rows; first += 50) {
    const request = Array.from({ length: 50 }, () => drawRow(random, { bias }));
    all.push(...request);
    // As the fixture draws: the latency, whether it failed, and whether each row has a label.
    random.normal();
    random.uniform();
    if (seed === 7) random.uniform();
    for (const _ of request) random.uniform();
  }
  return all;
};

const moments = (values: readonly number[]) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
};

const lossOf = (score: number, label: 0 | 1) => -Math.log(label === 1 ? score : 1 - score);

describe('evidence', () => {
  it('of a window without traffic has no candidate, no shadow, and nothing that matured', async () => {
    const later = { from: monday + 10 * hour, to: monday + 11 * hour };
    const evidence = evidenceSchema.parse(await gatherEvidence(database, { ...scope, ...later }));
    expect(evidence).toMatchObject({ window: later, candidate: null, shadow: null });
    expect(evidence.champion).toMatchObject({ requests: 0, failures: {}, scores: null, matured: null });
  });

  it('has the moments of scores and losses, and the area under the curve, of exactly the rows of the window', async () => {
    const { candidate, champion } = evidenceSchema.parse(await gatherEvidence(database, scope));
    for (const [seen, written] of [
      [candidate!, drawn(ofCandidate)],
      [champion, drawn(ofChampion)],
    ] as const) {
      expect(seen.requests).toBe(written.length);
      const scores = moments(written.map(({ score }) => score));
      expect(seen.scores!.mean).toBeCloseTo(scores.mean, 10);
      expect(seen.scores!.variance).toBeCloseTo(scores.variance, 10);
      const bins = new Array<number>(20).fill(0);
      for (const { score } of written) bins[Math.min(19, Math.floor(score * 20))]!++;
      expect(seen.scores!.histogram).toEqual(bins);
      const losses = moments(written.map(({ score, label }) => lossOf(score, label)));
      expect(seen.matured).toMatchObject({ labels: written.length, coverage: 1 });
      expect(seen.matured!.logLoss.mean).toBeCloseTo(losses.mean, 10);
      expect(seen.matured!.logLoss.variance).toBeCloseTo(losses.variance, 8);
      const labels = Uint8Array.from(written, ({ label }) => label);
      const all = Float32Array.from(written, ({ score }) => score);
      expect(seen.matured!.auc!.value).toBeCloseTo(rocAuc(all, labels), 10);
      expect(seen.matured!.logLoss.mean).toBeCloseTo(logLoss(all, labels), 10);
    }
  });

  it('states an error of the area that is the spread of areas of such windows', async () => {
    const random = seededRandom(3);
    const areas = Array.from({ length: 200 }, () => {
      const rows = Array.from({ length: 1_000 }, () => drawRow(random, { bias: 0.4 }));
      return rocAuc(
        Float32Array.from(rows, ({ score }) => score),
        Uint8Array.from(rows, ({ label }) => label),
      );
    });
    const spread = Math.sqrt(moments(areas).variance);
    const { candidate } = await gatherEvidence(database, scope);
    expect(candidate!.matured!.auc!.standardError / spread).toBeGreaterThan(0.8);
    expect(candidate!.matured!.auc!.standardError / spread).toBeLessThan(1.25);
  });

  it('pairs a shadow with what the champion answered to the same rows', async () => {
    const { shadow, champion } = evidenceSchema.parse(await gatherEvidence(database, scope));
    const written = drawn(ofChampion).map(({ score, label }) => {
      const moved = Math.fround(sigmoid(Math.log(score / (1 - score)) + 0.4));
      return { difference: Math.abs(moved - score), loss: lossOf(moved, label) - lossOf(score, label) };
    });
    expect(shadow).toMatchObject({
      pairs: written.length,
      failures: {},
      matured: { labels: written.length },
    });
    const difference = moments(written.map((row) => row.difference));
    expect(shadow!.difference.mean).toBeCloseTo(difference.mean, 10);
    expect(shadow!.difference.variance).toBeCloseTo(difference.variance, 10);
    const losses = moments(written.map(({ loss }) => loss));
    expect(shadow!.matured!.lossDifference.mean).toBeCloseTo(losses.mean, 9);
    expect(shadow!.latencyMs.bounds).toEqual(champion.latencyMs.bounds);
    expect(shadow!.latencyMs.counts.reduce((a, b) => a + b)).toBe(written.length);
  });
});

it('counts failures by code, in neither scores nor latencies', async () => {
  const home = await freshHome();
  await recordTraffic(home, {
    ...ofChampion,
    failed: 0.3,
    unlabelled: 0.5,
    shadow: { version: 2, failed: 0.2 },
  });
  const own = await openDatabase();
  const records = await openPredictionRecords(own, { home, model });
  const { champion, shadow } = evidenceSchema.parse(await gatherEvidence(own, scope));
  const failed = champion.failures.MODEL_FAILED!;
  expect(Object.keys(champion.failures)).toEqual(['MODEL_FAILED']);
  expect(failed).toBeGreaterThan(500);
  expect(champion.requests).toBe(3_000);
  expect(champion.latencyMs.counts.reduce((a, b) => a + b)).toBe(3_000 - failed);
  expect(champion.scores!.histogram.reduce((a, b) => a + b)).toBe(3_000 - failed);
  expect(champion.matured!.coverage).toBeCloseTo(champion.matured!.labels / (3_000 - failed), 10);
  expect(champion.matured!.coverage).toBeGreaterThan(0.4);
  expect(champion.matured!.coverage).toBeLessThan(0.6);
  expect(shadow!.failures.DEADLINE_EXCEEDED! + shadow!.pairs).toBe(3_000 - failed);
  records.close();
  await own.close();
});
