// What every metric of a binary classifier is computed from: one score and one label a row, and perhaps a weight.

import { FlightdeckError } from '@flightdeck/core';

/** Probabilities in [0, 1], or any other number that grows with the belief in the positive class where only ranks matter. */
export type Scores = Float32Array | Float64Array;

/** 1 for the positive class, 0 for the negative. */
export type Labels = Uint8Array;

/** Not negative. A row of weight 2 counts as two equal rows. */
export type Weights = Float64Array;

/** Throws STATS_INPUT where lengths differ, a label is neither 0 nor 1, or a score is NaN: such a row has no place in an order. */
export function requireRows(scores: Scores, labels: Labels, weights?: Weights): void {
  requireLength('labels', labels.length, scores.length);
  if (weights) requireLength('weights', weights.length, scores.length);
  const odd = labels.findIndex((label) => label > 1);
  if (odd >= 0) {
    throw new FlightdeckError('STATS_INPUT', `Label ${labels[odd]} at row ${odd} is neither 0 nor 1.`);
  }
  requireNumbers(scores);
}

function requireLength(what: string, length: number, rows: number): void {
  if (length === rows) return;
  throw new FlightdeckError('STATS_INPUT', `There are ${rows} scores but ${length} ${what}. Pass one a row.`);
}

function requireNumbers(scores: Scores): void {
  const broken = scores.findIndex(Number.isNaN);
  if (broken < 0) return;
  throw new FlightdeckError(
    'STATS_INPUT',
    `The score at row ${broken} is NaN. Look for the input that made it.`,
  );
}
