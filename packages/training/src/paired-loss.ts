// How much worse one model is than another on the same rows. Both were resampled by the same days, so subtracting resample from
// resample takes the weather out: the difference is known far better than either number.

import { type Interval, percentileInterval, studentQuantile } from '@flightdeck/stats';
import type { Estimate, Evaluation, MetricName } from './evaluation-schema.ts';

export interface PairedLoss {
  /** In the metric's unit; positive where the candidate is worse. */
  readonly value: number;
  readonly resamples: readonly number[];
}

const higherIsBetter: Record<MetricName, boolean> = {
  rocAuc: true,
  prAuc: true,
  logLoss: false,
  brier: false,
  ece: false,
};

/** The loss that comes with replacing `reference` by `candidate`. */
export function pairedLoss(metric: MetricName, candidate: Estimate, reference: Estimate): PairedLoss {
  const loss = higherIsBetter[metric]
    ? (ours: number, theirs: number) => theirs - ours
    : (ours: number, theirs: number) => ours - theirs;
  return {
    value: loss(candidate.value, reference.value),
    resamples: candidate.resamples.map((ours, i) => loss(ours, reference.resamples[i]!)),
  };
}

/** Why two evaluations cannot be compared resample by resample, or null where they can. Continues "The champion …". */
export function whyUnpaired(candidate: Evaluation, reference: Evaluation): string | null {
  if (candidate.rowsDigest !== reference.rowsDigest) {
    return `was evaluated on other rows (${rowsOf(reference)} instead of ${rowsOf(candidate)})`;
  }
  const [ours, theirs] = [candidate.interval, reference.interval];
  if (ours.seed !== theirs.seed || ours.resamples !== theirs.resamples) {
    return `was resampled otherwise (${theirs.resamples} times from seed ${theirs.seed} instead of ${ours.resamples} from ${ours.seed})`;
  }
  return null;
}

function rowsOf({ rows, rowsDigest }: Evaluation): string {
  return `${rows.toLocaleString('en-US')} with digest ${rowsDigest.slice(0, 8)}`;
}

/** The percentile interval, at 95 %. */
export function lossInterval({ resamples }: PairedLoss): Interval {
  return percentileInterval(resamples, 0.95);
}

/**
 * The interval at a level so high that 200 resamples have no percentile there: value ± t × standard error of the resamples, with
 * Student's t for `days` - 1 degrees of freedom, because few days were there to draw from (Efron and Tibshirani 1993, chapter 12).
 * The bootstrap's standard error leaves out the factor sqrt(days / (days - 1)); here it is put back.
 */
export function wideLossInterval({ value, resamples }: PairedLoss, days: number, level: number): Interval {
  const mean = resamples.reduce((sum, each) => sum + each, 0) / resamples.length;
  const variance = resamples.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (resamples.length - 1);
  const half = studentQuantile((1 + level) / 2, days - 1) * Math.sqrt((variance * days) / (days - 1));
  return { low: value - half, high: value + half };
}
