// The metrics of matured rows as functions of their sums, so that the jackknife can take them again without each block.

import { binnedRocAuc } from '@flightdeck/stats';
import type { VersionReference } from './version-reference.ts';
import { maturedLayout as at, calibrationBins, logitBins, millionth } from './window-sketch.ts';

export type MaturedSums = Float64Array;
type Promised = VersionReference['promise'];

export type MetricName = 'rocAuc' | 'logLoss' | 'brier' | 'ece';

export function binnedScores(sums: MaturedSums) {
  return {
    negatives: sums.subarray(at.negatives, at.negatives + logitBins.count),
    positives: sums.subarray(at.positives, at.positives + logitBins.count),
  };
}

/** The logit in the middle of each bin. */
export const logits = Float64Array.from(
  { length: logitBins.count },
  (_, bin) => logitBins.lowest + (bin + 0.5) / logitBins.perUnit,
);

export interface CalibrationBin {
  readonly rows: number;
  readonly positives: number;
  /** Sum of the scores. */
  readonly scores: number;
}

export function calibrationOf(sums: MaturedSums): CalibrationBin[] {
  return Array.from({ length: calibrationBins }, (_, bin) => ({
    rows: sums[at.calibrationRows + bin]!,
    positives: sums[at.calibrationPositives + bin]!,
    scores: sums[at.calibrationScores + bin]! * millionth,
  }));
}

export function rowsOf(sums: MaturedSums): { rows: number; positives: number } {
  const bins = calibrationOf(sums);
  return {
    rows: bins.reduce((sum, bin) => sum + bin.rows, 0),
    positives: bins.reduce((sum, bin) => sum + bin.positives, 0),
  };
}

/** All but the area are exact to a millionth; the area's error is stated by `binnedRocAuc`. */
export const metrics: Readonly<Record<MetricName, (sums: MaturedSums) => number>> = {
  rocAuc: (sums) => binnedRocAuc(binnedScores(sums)).value,
  logLoss: (sums) => (sums[at.logLoss]! * millionth) / rowsOf(sums).rows,
  brier: (sums) => (sums[at.brier]! * millionth) / rowsOf(sums).rows,
  ece: (sums) =>
    calibrationOf(sums).reduce((sum, bin) => sum + Math.abs(bin.positives - bin.scores), 0) /
    rowsOf(sums).rows,
};

/**
 * The calibration error that perfect probabilities would show in so many rows: in each bin the mean distance of a count from
 * its expectation, sqrt(2 / π) standard deviations.
 */
export function calibrationNoise(sums: MaturedSums): number {
  const distances = calibrationOf(sums).map(({ rows, scores }) => {
    const mean = scores / rows;
    return rows === 0 ? 0 : Math.sqrt((2 / Math.PI) * rows * mean * (1 - mean));
  });
  return distances.reduce((sum, distance) => sum + distance, 0) / rowsOf(sums).rows;
}

/**
 * What the version's evaluation lets expect of rows with this share of positives. Log loss and Brier score of a model that is
 * as good as ever rise and fall with that share, so they keep their ratio to those of a constant that knows it (normalised
 * entropy: He et al., Practical Lessons from Predicting Clicks on Ads at Facebook, 2014).
 */
export function promised(
  name: MetricName,
  { metrics: told, positives, rows }: Promised,
  share: number,
): number {
  const value = told[name].value;
  if (name === 'logLoss') return (value * entropy(share)) / entropy(positives / rows);
  if (name === 'brier') return (value * variance(share)) / variance(positives / rows);
  return value;
}

function entropy(share: number): number {
  return -share * Math.log(share) - (1 - share) * Math.log1p(-share);
}

function variance(share: number): number {
  return share * (1 - share);
}

/** By how much a metric is worse than promised; of the calibration error only what is above its noise counts. */
export function lossOf(name: MetricName, promise: Promised, sums: MaturedSums): number {
  const { rows, positives } = rowsOf(sums);
  const expected = promised(name, promise, positives / rows);
  const value = metrics[name](sums);
  if (name === 'rocAuc') return expected - value;
  return value - expected - (name === 'ece' ? calibrationNoise(sums) : 0);
}
