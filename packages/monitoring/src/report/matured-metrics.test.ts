// The jackknife over blocks of a sketch against the bootstrap over the blocks of its rows, which is what evaluations use.

import { seededRandom } from '@flightdeck/core';
import { type Database, openDatabase } from '@flightdeck/dataset';
import * as stats from '@flightdeck/stats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calibrationNoise, metrics, promised } from './matured-metrics.ts';
import { recalibrationOf } from './recalibration-gain.ts';
import { sketchWindow } from './sketch-window.ts';
import { hour, serve, subject, type Traffic, trainReference } from './traffic.fixture.ts';
import type { VersionReference } from './version-reference.ts';

let database: Database;
let reference: VersionReference;

beforeAll(async () => {
  database = await openDatabase();
  reference = await trainReference(database, 20_000);
});

afterAll(() => database.close());

async function matured(...traffic: Traffic[]): Promise<stats.BlockSums> {
  await serve(database, ...traffic);
  return (await sketchWindow(database, { subject, blockMinutes: 60 }, reference)).matured;
}

it('intervals by the jackknife are those of the bootstrap over the same blocks, but for what few blocks add', async () => {
  // Some hours are worse than others, so that blocks matter.
  const sums = await matured(
    ...Array.from({ length: 24 }, (_, i) => ({
      rows: 300,
      seed: 10 + i,
      from: subject.from + i * hour,
      to: subject.from + (i + 1) * hour,
      noise: (i % 4) / 2,
      intercept: ((i % 3) - 1) / 2,
    })),
  );
  const rows = await database.columns(
    `select score, label, (event_time // ${hour})::integer as block from matured`,
  );
  const scores = Float64Array.from(rows.score!);
  const labels = Uint8Array.from(rows.label!);
  const blocks = stats.numberBlocks(rows.block as Int32Array);
  const draws = stats.drawBlocks(blocks.count, 2_000, seededRandom(3));
  const ranking = stats.rankByScore(scores);
  const area = stats.areasByBlock(ranking, labels, blocks);
  const loss = stats.sumsByBlock(stats.logLossSums(scores, labels), ranking.rows, blocks);
  const bootstrapped = {
    rocAuc: draws.map((draw) => area(draw).rocAuc),
    logLoss: draws.map(loss),
  };
  for (const name of ['rocAuc', 'logLoss'] as const) {
    const { standardError } = stats.jackknife(sums, metrics[name]);
    const values = bootstrapped[name];
    const mean = values.reduce((a, b) => a + b) / values.length;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    expect(standardError / deviation).toBeGreaterThan(0.9);
    expect(standardError / deviation).toBeLessThan(1.15);
  }
});

it('the calibration error of true probabilities is its noise', async () => {
  const errors: number[] = [];
  for (let seed = 20; seed < 30; seed++) {
    const sums = stats.totalOf(await matured({ rows: 2_000, seed }));
    errors.push(metrics.ece(sums) / calibrationNoise(sums));
  }
  const mean = errors.reduce((a, b) => a + b) / errors.length;
  expect(mean).toBeGreaterThan(0.85);
  expect(mean).toBeLessThan(1.15);
});

describe('what a version promised', () => {
  it('follows the share of positives for log loss and Brier score, and not for the others', async () => {
    const { promise } = reference;
    const share = promise.positives / promise.rows;
    for (const name of ['rocAuc', 'logLoss', 'brier', 'ece'] as const)
      expect(promised(name, promise, share)).toBeCloseTo(promise.metrics[name].value, 12);
    expect(promised('logLoss', promise, share / 2)).toBeLessThan(promise.metrics.logLoss.value);
    expect(promised('brier', promise, 0)).toBe(0);
    expect(promised('rocAuc', promise, share / 2)).toBe(promise.metrics.rocAuc.value);
  });
});

describe('a new line through the logits', () => {
  it('does not exist for one class, nor for one block', async () => {
    await serve(database, { rows: 400, seed: 6 });
    await database.run(
      'create or replace view matured as select * exclude (drawn_label) replace (0 as label) from traffic',
    );
    const one = await sketchWindow(database, { subject, blockMinutes: 60 }, reference);
    expect(recalibrationOf(one.matured)).toBeNull();
    expect(recalibrationOf({ ...one.matured, blocks: new Map() })).toBeNull();
    await serve(database, { rows: 400, seed: 6 });
    const day = await sketchWindow(database, { subject, blockMinutes: 1_440 }, reference);
    expect(recalibrationOf(day.matured)).toBeNull();
  });

  it('saves nothing where the probabilities are true: it is tried on rows that it was not fitted on', async () => {
    const { gain } = recalibrationOf(await matured({ rows: 2_000, seed: 7 }))!;
    expect(gain.low).toBeLessThan(0);
    expect(gain.value).toBeLessThan(0.001);
  });

  it('finds the line that was lost', async () => {
    const { slope, intercept, gain } = recalibrationOf(
      await matured({ rows: 20_000, seed: 8, slope: 0.8, intercept: -0.4 }),
    )!;
    expect(slope).toBeCloseTo(0.8, 1);
    expect(intercept).toBeCloseTo(-0.4, 1);
    expect(gain.low).toBeGreaterThan(0.005);
  });
});
