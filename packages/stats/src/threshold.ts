// What happens when a probability becomes a decision: the confusion matrix at a threshold, and what is read off it.

import { rankByScore } from './ranking.ts';
import { overRows, type RowSums } from './row-sums.ts';
import { type Labels, requireRows, type Scores, type Weights } from './scored-rows.ts';

/** Numbers of rows (sums of weights). */
export interface Confusion {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

/** A row is predicted positive where its score is at least the threshold. */
export function confusionAt(scores: Scores, labels: Labels, threshold: number, weights?: Weights): Confusion {
  requireRows(scores, labels, weights);
  return overRows(confusionSums(scores, labels, threshold), scores.length, weights);
}

export function confusionSums(scores: Scores, labels: Labels, threshold: number): RowSums<Confusion> {
  return {
    width: 4,
    add: (row, weight, sums, offset) => {
      const predicted = scores[row]! >= threshold ? 2 : 0;
      sums[offset + predicted + labels[row]!]! += weight;
    },
    finish: ([trueNegative = 0, falseNegative = 0, falsePositive = 0, truePositive = 0]) => ({
      truePositive,
      falsePositive,
      trueNegative,
      falseNegative,
    }),
  };
}

/** The share of predicted positives that are positive. NaN where nothing is predicted positive. */
export function precision({ truePositive, falsePositive }: Confusion): number {
  return truePositive / (truePositive + falsePositive);
}

/** The share of positives that are found. NaN where there are none. */
export function recall({ truePositive, falseNegative }: Confusion): number {
  return truePositive / (truePositive + falseNegative);
}

/** The harmonic mean of precision and recall. NaN where no row is positive and none predicted so. */
export function f1({ truePositive, falsePositive, falseNegative }: Confusion): number {
  return (2 * truePositive) / (2 * truePositive + falsePositive + falseNegative);
}

/**
 * The score which, taken as threshold, gives the greatest F1; the highest such score where several do. Choose it on
 * validation rows: chosen on the test rows, it flatters them. NaN where no row is positive.
 */
export function bestF1Threshold(
  scores: Scores,
  labels: Labels,
  weights?: Weights,
): { threshold: number; f1: number } {
  requireRows(scores, labels, weights);
  const { rows, stepEnds } = rankByScore(scores);
  const positives = labels.reduce((sum, label, row) => sum + label * (weights ? weights[row]! : 1), 0);
  let best = { threshold: Number.NaN, f1: Number.NaN };
  let found = 0;
  let predicted = 0;
  let i = 0;
  for (const end of stepEnds) {
    for (; i < end; i++) {
      const weight = weights ? weights[rows[i]!]! : 1;
      predicted += weight;
      found += weight * labels[rows[i]!]!;
    }
    // 2 TP + FP + FN is everything predicted positive plus everything positive.
    const value = (2 * found) / (predicted + positives);
    if (positives > 0 && !(value <= best.f1)) best = { threshold: scores[rows[end - 1]!]!, f1: value };
  }
  return best;
}
