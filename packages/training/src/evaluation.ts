// How good a classifier is on rows it has never seen: every metric with an interval, at the threshold, by slice, and as curves. The
// gate decides by it, the model card prints it.

import { FlightdeckError, seededRandom } from '@flightdeck/core';
import * as stats from '@flightdeck/stats';
import { digestRows, type EvaluationInput, requireInput } from './evaluation-input.ts';
import type { Estimate, Evaluation } from './evaluation-schema.ts';
import type { Slice } from './slices.ts';

export { type Evaluation, withoutResamples } from './evaluation-schema.ts';

const level = 0.95;
const curvePoints = 200;

/** Below this a slice's metrics would be noise: 50 rows of a class put the standard error of ROC-AUC near 0.04. */
const sliceMinimum = { rows: 500, ofEachClass: 50 };

/**
 * Evaluates the scores. Intervals are percentile intervals of a bootstrap over days. Throws EVALUATION_INPUT for columns that do
 * not fit together and scores that are no probabilities, EVALUATION_IMPOSSIBLE where a class is missing from the rows or from
 * the days of a resample, because a number would then have to be made up.
 */
export function evaluate(input: EvaluationInput): Evaluation {
  requireInput(input);
  const { scores, labels, threshold, resamples, seed } = input;
  const blocks = stats.numberBlocks(input.blocks);
  const draws = stats.drawBlocks(blocks.count, resamples, seededRandom(seed));
  const ranking = stats.rankByScore(scores);
  const sample: Sample = { scores, labels, ranking, blocks, draws };
  return {
    rows: scores.length,
    positives: countPositives(ranking, labels),
    threshold,
    rowsDigest: digestRows(input),
    interval: { level, resamples, unit: 'day', blocks: blocks.count, seed },
    metrics: metricsOf(sample),
    atThreshold: decisionsOf(sample, threshold),
    slices: input.slices.flatMap((slice) => slicesOf(sample, slice)),
    curves: {
      roc: stats.rocCurve(scores, labels, curvePoints),
      precisionRecall: stats.precisionRecallCurve(scores, labels, curvePoints),
      calibration: stats.reliability(scores, labels),
    },
  };
}

/** Ranked rows, all of them or a slice, with the days drawn in each resample. */
interface Sample {
  readonly scores: Float32Array;
  readonly labels: Uint8Array;
  readonly ranking: stats.Ranking;
  readonly blocks: stats.Blocks;
  readonly draws: readonly Float64Array[];
}

function metricsOf(sample: Sample): Evaluation['metrics'] {
  const { rocAuc, prAuc } = rankedEstimates(sample);
  const { logLoss, ece } = sumEstimates(sample);
  const brier = estimateSums(stats.brierSums(sample.scores, sample.labels), sample);
  if (!rocAuc || !prAuc || !logLoss || !brier || !ece) throw impossible(sample);
  return { rocAuc, prAuc, logLoss, brier, ece };
}

function rankedEstimates({ ranking, labels, blocks, draws }: Sample) {
  const areas = resample(stats.areasByBlock(ranking, labels, blocks), blocks, draws);
  return {
    rocAuc: toEstimate(areas, (each) => each.rocAuc),
    prAuc: toEstimate(areas, (each) => each.prAuc),
  };
}

function sumEstimates(sample: Sample) {
  return {
    logLoss: estimateSums(stats.logLossSums(sample.scores, sample.labels), sample),
    ece: estimateSums(stats.calibrationErrorSums(sample.scores, sample.labels), sample),
  };
}

function decisionsOf(sample: Sample, threshold: number): Evaluation['atThreshold'] {
  const { scores, labels, ranking, blocks, draws } = sample;
  const metric = stats.sumsByBlock(stats.confusionSums(scores, labels, threshold), ranking.rows, blocks);
  const confusions = resample(metric, blocks, draws);
  const recall = toEstimate(confusions, stats.recall);
  const f1 = toEstimate(confusions, stats.f1);
  if (!recall || !f1) throw impossible(sample);
  return { precision: toEstimate(confusions, stats.precision), recall, f1, confusion: confusions.value };
}

function slicesOf(sample: Sample, { slice, names, of }: Slice): Evaluation['slices'] {
  return stats.splitRanking(sample.ranking, sample.scores, of, names.length).map((ranking, i) => {
    const rows = ranking.rows.length;
    const positives = countPositives(ranking, sample.labels);
    const enough =
      rows >= sliceMinimum.rows && Math.min(positives, rows - positives) >= sliceMinimum.ofEachClass;
    const metrics = enough ? sliceMetrics({ ...sample, ranking }) : null;
    const meanScore = rows === 0 ? null : meanOver(ranking, sample.scores);
    return { slice, value: names[i]!, rows, positives, meanScore, metrics };
  });
}

/** Null where a class is missing from the slice in some resample: its rows then come from too few days. */
function sliceMetrics(sample: Sample): Evaluation['slices'][number]['metrics'] {
  const { rocAuc } = rankedEstimates(sample);
  const { logLoss, ece } = sumEstimates(sample);
  return rocAuc && logLoss && ece ? { rocAuc, logLoss, ece } : null;
}

interface Resampled<Value> {
  readonly value: Value;
  readonly resamples: readonly Value[];
}

function resample<Value>(
  metric: stats.BlockMetric<Value>,
  blocks: stats.Blocks,
  draws: readonly Float64Array[],
): Resampled<Value> {
  return { value: metric(new Float64Array(blocks.count).fill(1)), resamples: draws.map(metric) };
}

function estimateSums(metric: stats.RowSums<number>, { ranking, blocks, draws }: Sample): Estimate | null {
  const values = resample(stats.sumsByBlock(metric, ranking.rows, blocks), blocks, draws);
  return toEstimate(values, (value) => value);
}

/** Null where the number is undefined, be it in one resample: leaving that one out would flatter the interval. */
function toEstimate<Value>(from: Resampled<Value>, read: (value: Value) => number): Estimate | null {
  const value = read(from.value);
  // Eight digits are far finer than the spread between resamples, and halve the stored file.
  const resamples = from.resamples.map((each) => Math.round(read(each) * 1e8) / 1e8);
  const interval = stats.percentileInterval(resamples, level);
  return [value, interval.low, interval.high].every(Number.isFinite)
    ? { value, ...interval, resamples }
    : null;
}

function meanOver({ rows }: stats.Ranking, scores: Float32Array): number {
  return rows.reduce((sum, row) => sum + scores[row]!, 0) / rows.length;
}

function countPositives(ranking: stats.Ranking, labels: Uint8Array): number {
  return ranking.rows.reduce((sum, row) => sum + labels[row]!, 0);
}

function impossible({ labels, ranking, blocks }: Sample): FlightdeckError {
  const positives = countPositives(ranking, labels);
  return new FlightdeckError(
    'EVALUATION_IMPOSSIBLE',
    `Evaluation: ${positives} of ${labels.length} rows on ${blocks.count} days are positive, and some resample of the days has ` +
      'one class only. Evaluate on more days.',
  );
}
