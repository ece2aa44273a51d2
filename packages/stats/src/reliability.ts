// Whether probabilities mean what they say: of the rows told 30 %, did 30 % happen? Compared in bins of equal width.

import { overRows, type RowSums } from './row-sums.ts';
import { type Labels, requireRows, type Scores, type Weights } from './scored-rows.ts';
import { wilsonInterval } from './wilson.ts';

/** As in Guo et al. 2017, so that numbers can be compared with the literature. */
const binCount = 15;

export interface ReliabilityBin {
  /** Mean probability of the bin's rows. */
  readonly predicted: number;
  /** Share of positive rows among them. */
  readonly observed: number;
  /** Wilson's 95 % interval of that share. It takes rows for independent, which flights of one day are not. */
  readonly low: number;
  readonly high: number;
  /** Number of rows (sum of weights). */
  readonly rows: number;
}

/** The bins that hold any rows, from low probabilities to high. */
export function reliability(scores: Scores, labels: Labels, weights?: Weights): ReliabilityBin[] {
  requireRows(scores, labels, weights);
  return overRows(reliabilitySums(scores, labels), scores.length, weights);
}

/**
 * The mean of |observed share - mean probability| over 15 bins of equal width, weighted by their rows (Naeini et al. 2015).
 * Noise alone makes it positive, and more so in a resample: its bootstrap interval leans upwards. NaN for no rows.
 */
export function expectedCalibrationError(scores: Scores, labels: Labels, weights?: Weights): number {
  requireRows(scores, labels, weights);
  return overRows(calibrationErrorSums(scores, labels), scores.length, weights);
}

function reliabilitySums(scores: Scores, labels: Labels): RowSums<ReliabilityBin[]> {
  return {
    width: binCount * 3,
    add: (row, weight, sums, offset) => {
      const bin = offset + binOf(scores[row]!) * 3;
      sums[bin]! += weight;
      sums[bin + 1]! += weight * scores[row]!;
      sums[bin + 2]! += weight * labels[row]!;
    },
    finish: (sums) =>
      Array.from({ length: binCount }, (_, bin) => toBin(sums.subarray(bin * 3, bin * 3 + 3))).filter(
        (bin) => bin.rows > 0,
      ),
  };
}

function toBin(sums: Float64Array): ReliabilityBin {
  const [rows = 0, predicted = 0, positives = 0] = sums;
  return {
    predicted: predicted / rows,
    observed: positives / rows,
    ...wilsonInterval(positives, rows),
    rows,
  };
}

/** Rows × |observed - predicted| of a bin is |sum of (label - probability)|: one sum a bin, and the number of rows. */
export function calibrationErrorSums(scores: Scores, labels: Labels): RowSums<number> {
  return {
    width: binCount + 1,
    add: (row, weight, sums, offset) => {
      sums[offset + binOf(scores[row]!)]! += weight * (labels[row]! - scores[row]!);
      sums[offset + binCount]! += weight;
    },
    finish: (sums) =>
      sums.subarray(0, binCount).reduce((total, gap) => total + Math.abs(gap), 0) / sums[binCount]!,
  };
}

/** Bin i holds (i / 15, (i + 1) / 15], the first also 0. */
function binOf(probability: number): number {
  const bin = Math.min(Math.max(Math.ceil(probability * binCount) - 1, 0), binCount - 1);
  // Just above an edge the product may be rounded down to it, so the edge itself decides.
  return bin < binCount - 1 && probability > (bin + 1) / binCount ? bin + 1 : bin;
}
