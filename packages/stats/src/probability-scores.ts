// How good probabilities are, row by row: log loss and Brier score. Both are proper: telling the truth is the best policy.

import { overRows, type RowSums } from './row-sums.ts';
import { type Labels, requireRows, type Scores, type Weights } from './scored-rows.ts';

/**
 * The mean of -ln(probability given to what happened), in nats. Probabilities are clipped to [ε, 1 - ε], ε = 2^-52, as
 * scikit-learn does for 64-bit scores: a certain and wrong row costs 36 instead of infinity. NaN for no rows.
 */
export function logLoss(scores: Scores, labels: Labels, weights?: Weights): number {
  requireRows(scores, labels, weights);
  return overRows(logLossSums(scores, labels), scores.length, weights);
}

/** The mean of (probability - label)² (Brier 1950). NaN for no rows. */
export function brier(scores: Scores, labels: Labels, weights?: Weights): number {
  requireRows(scores, labels, weights);
  return overRows(brierSums(scores, labels), scores.length, weights);
}

export function logLossSums(scores: Scores, labels: Labels): RowSums<number> {
  return meanOf((row) => {
    const probability = Math.min(Math.max(scores[row]!, Number.EPSILON), 1 - Number.EPSILON);
    return labels[row] === 1 ? -Math.log(probability) : -Math.log1p(-probability);
  });
}

export function brierSums(scores: Scores, labels: Labels): RowSums<number> {
  return meanOf((row) => (scores[row]! - labels[row]!) ** 2);
}

function meanOf(lossOf: (row: number) => number): RowSums<number> {
  return {
    width: 2,
    add: (row, weight, sums, offset) => {
      sums[offset]! += weight * lossOf(row);
      sums[offset + 1]! += weight;
    },
    finish: (sums) => sums[0]! / sums[1]!,
  };
}
