import { seededRandom } from '@flightdeck/core';
import * as stats from '@flightdeck/stats';
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluation.ts';
import type { EvaluationInput } from './evaluation-input.ts';
import {
  evaluationSchema,
  evaluationSummarySchema,
  metricNames,
  withoutResamples,
} from './evaluation-schema.ts';

/** Days with their own weather, airports of three sizes, and a model that sees the logit through some noise. */
function example({ rows = 6_000, days = 15, noise = 0.5, seed = 1 } = {}): EvaluationInput {
  const truth = seededRandom(11);
  const model = seededRandom(seed);
  const weather = Array.from({ length: days }, () => truth.normal());
  const blocks = Uint16Array.from({ length: rows }, (_, row) => 11_427 + Math.floor((row * days) / rows));
  const logits = Float64Array.from(blocks, (day) => -1.5 + weather[day - 11_427]! + truth.normal());
  const sizes = Uint16Array.from({ length: rows }, (_, row) => (row % 50 === 0 ? 2 : row % 2));
  return {
    scores: Float32Array.from(logits, (logit) => sigmoid(logit + noise * model.normal())),
    labels: Uint8Array.from(logits, (logit) => Number(truth.uniform() < sigmoid(logit))),
    blocks,
    slices: [{ slice: 'size', names: ['small', 'large', 'rare'], of: sizes }],
    threshold: 0.3,
    resamples: 100,
    seed: 3,
  };
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

describe('an evaluation is refused', () => {
  const good = example({ rows: 300 });

  it.each<[string, Partial<EvaluationInput>, string]>([
    ['for a label too few', { labels: good.labels.slice(1) }, '300 scores but 299 values of labels'],
    ['for a day too few', { blocks: good.blocks.slice(1) }, '300 scores but 299 values of blocks'],
    [
      'for a slice too short',
      { slices: [{ slice: 'hour', names: ['0'], of: new Uint16Array(2) }] },
      '2 values of slice hour',
    ],
    [
      'for a slice index without a name',
      { slices: [{ slice: 'hour', names: ['0'], of: new Uint16Array(300).fill(1) }] },
      'a row of slice hour has no name',
    ],
    [
      'for a score that is NaN',
      { scores: good.scores.with(7, Number.NaN) },
      'score NaN at row 7 is no probability',
    ],
    ['for a score that is a logit', { scores: good.scores.with(7, -1.5) }, 'score -1.5 at row 7'],
    ['for a label that is no class', { labels: good.labels.with(7, 2) }, 'a label is neither 0 nor 1'],
    ['without resamples', { resamples: 0 }, 'an interval needs resamples'],
  ])('%s', (_, change, message) => {
    const attempt = () => evaluate({ ...good, ...change });
    expect(attempt).toThrow(expect.objectContaining({ code: 'EVALUATION_INPUT' }));
    expect(attempt).toThrow(message);
  });

  it.each<[string, Partial<EvaluationInput>]>([
    ['where all rows are of one class', { labels: new Uint8Array(300) }],
    ['where one day of many has all the positives', { labels: good.labels.map((_, row) => Number(row < 5)) }],
    [
      'where there are no rows',
      { scores: new Float32Array(0), labels: new Uint8Array(0), blocks: new Uint16Array(0), slices: [] },
    ],
  ])('%s', (_, change) => {
    expect(() => evaluate({ ...good, ...change })).toThrow(
      expect.objectContaining({ code: 'EVALUATION_IMPOSSIBLE' }),
    );
  });
});

describe('an evaluation', () => {
  const input = example();
  const { scores, labels } = input;
  const evaluation = evaluate(input);

  it('survives JSON and its own schema, to the last digit', () => {
    expect(evaluationSchema.parse(JSON.parse(JSON.stringify(evaluation)))).toEqual(evaluation);
  });

  it('holds the metrics of the rows', () => {
    const { metrics } = evaluation;
    expect(metrics.rocAuc.value).toBeCloseTo(stats.rocAuc(scores, labels), 12);
    expect(metrics.prAuc.value).toBeCloseTo(stats.prAuc(scores, labels), 12);
    expect(metrics.logLoss.value).toBeCloseTo(stats.logLoss(scores, labels), 12);
    expect(metrics.brier.value).toBeCloseTo(stats.brier(scores, labels), 12);
    expect(metrics.ece.value).toBeCloseTo(stats.expectedCalibrationError(scores, labels), 12);
    expect(evaluation.positives).toBe(labels.reduce((sum, label) => sum + label, 0));
  });

  it('holds what the threshold does', () => {
    const confusion = stats.confusionAt(scores, labels, 0.3);
    expect(evaluation.atThreshold.confusion).toEqual(confusion);
    expect(evaluation.atThreshold.precision?.value).toBe(stats.precision(confusion));
    expect(evaluation.atThreshold.recall.value).toBe(stats.recall(confusion));
    expect(evaluation.atThreshold.f1.value).toBe(stats.f1(confusion));
  });

  it('has intervals that hold the middle 95 of 100 resamples', () => {
    for (const name of metricNames) {
      const { low, high, resamples } = evaluation.metrics[name];
      expect(resamples.length).toBe(100);
      const inside = resamples.filter((value) => value >= low && value <= high).length;
      expect(inside).toBeGreaterThanOrEqual(94);
      expect(inside).toBeLessThanOrEqual(96);
    }
  });

  it('judges a slice as it would judge the rows alone, and leaves a small one open', () => {
    const [small, large, rare] = evaluation.slices;
    const rows = [...scores.keys()].filter((row) => input.slices[0]!.of[row] === 1);
    const alone = {
      scores: Float32Array.from(rows, (row) => scores[row]!),
      labels: Uint8Array.from(rows, (row) => labels[row]!),
      blocks: Uint16Array.from(rows, (row) => input.blocks[row]!),
    };
    const expected = evaluate({ ...input, ...alone, slices: [] });
    expect(large).toMatchObject({
      slice: 'size',
      value: 'large',
      rows: rows.length,
      positives: expected.positives,
      meanScore: expect.closeTo(alone.scores.reduce((sum, score) => sum + score, 0) / rows.length, 9),
    });
    expect(large!.metrics).toEqual({
      rocAuc: expected.metrics.rocAuc,
      logLoss: expected.metrics.logLoss,
      ece: expected.metrics.ece,
    });
    expect(rare).toMatchObject({ value: 'rare', rows: 120, metrics: null });
    expect(small!.rows + large!.rows + rare!.rows).toBe(6_000);
  });

  it('has curves for plots, with both ends', () => {
    const { roc, precisionRecall, calibration } = evaluation.curves;
    expect([roc[0], roc.at(-1), precisionRecall[0]]).toEqual([
      [0, 0],
      [1, 1],
      [0, 1],
    ]);
    expect(roc.length).toBe(200);
    expect(calibration.reduce((sum, bin) => sum + bin.rows, 0)).toBe(6_000);
  });

  it('is for people without the resamples', () => {
    const summary = withoutResamples(evaluation);
    const { value, low, high } = evaluation.metrics.rocAuc;
    expect(summary.metrics.rocAuc).toEqual({ value, low, high });
    expect(JSON.stringify(summary)).not.toContain('resamples":[');
    expect(evaluationSummarySchema.parse(summary)).toEqual(summary);
  });
});

describe('two evaluations', () => {
  const first = evaluate(example({ seed: 1 }));
  const second = evaluate(example({ seed: 2, noise: 0.8 }));

  it('of the same rows have the same digest, whatever the array of days; of other rows another one', () => {
    const input = example({ seed: 1 });
    expect(second.rowsDigest).toBe(first.rowsDigest);
    expect(evaluate({ ...input, blocks: Int32Array.from(input.blocks) }).rowsDigest).toBe(first.rowsDigest);
    const otherLabel = { ...input, labels: input.labels.with(0, 1 - input.labels[0]!) };
    expect(evaluate(otherLabel).rowsDigest).not.toBe(first.rowsDigest);
    const otherDay = { ...input, blocks: input.blocks.map((day) => day + 1) };
    expect(evaluate(otherDay).rowsDigest).not.toBe(first.rowsDigest);
  });

  it('repeat themselves for a seed', () => {
    expect(evaluate(example({ seed: 1 }))).toEqual(first);
  });

  it('are paired: the weather cancels, so that the difference is known better than either number', () => {
    const [ours, theirs] = [first.metrics.logLoss, second.metrics.logLoss];
    const difference = stats.percentileInterval(
      ours.resamples.map((value, i) => value - theirs.resamples[i]!),
      0.95,
    );
    expect(difference.high - difference.low).toBeLessThan((ours.high - ours.low) / 2);
    expect(difference.high).toBeLessThan(0); // less noise, less loss
    expect(ours.high).toBeGreaterThan(theirs.low); // which the intervals by themselves would not show
  });
});

it('a model that always says the same ranks by chance and never predicts late', () => {
  const input = example();
  const constant = evaluate({ ...input, scores: new Float32Array(input.scores.length).fill(0.2) });
  expect(constant.metrics.rocAuc).toMatchObject({ value: 0.5, low: 0.5, high: 0.5 });
  expect(constant.atThreshold.precision).toBeNull();
  expect(constant.atThreshold.recall.value).toBe(0);
});
