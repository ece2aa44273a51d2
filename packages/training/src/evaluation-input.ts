// What an evaluation is made from: one score, label and day a row, and the slices the rows belong to.

import { FlightdeckError, hashOf, sha256 } from '@flightdeck/core';
import type { Slice } from './slices.ts';

export interface EvaluationInput {
  /** Calibrated probabilities in [0, 1], one a row. */
  readonly scores: Float32Array;
  /** 0 or 1. */
  readonly labels: Uint8Array;
  /** The day of each row: rows of a day share its weather, and are resampled together. */
  readonly blocks: Int32Array | Uint16Array;
  readonly slices: readonly Slice[];
  readonly threshold: number;
  readonly resamples: number;
  /** Evaluations of the same rows with the same seed and number of resamples are paired. */
  readonly seed: number;
}

/** Throws EVALUATION_INPUT for columns that do not fit together and scores that are no probabilities. */
export function requireInput({ scores, labels, blocks, slices, resamples }: EvaluationInput): void {
  const rows = scores.length;
  const columns = {
    labels,
    blocks,
    ...Object.fromEntries(slices.map(({ slice, of }) => [`slice ${slice}`, of])),
  };
  for (const [name, column] of Object.entries(columns)) {
    if (column.length !== rows)
      throw invalid(`there are ${rows} scores but ${column.length} values of ${name}`);
  }
  const broken = scores.findIndex((score) => !(score >= 0 && score <= 1));
  if (broken >= 0) throw invalid(`the score ${scores[broken]} at row ${broken} is no probability`);
  if (labels.some((label) => label > 1)) throw invalid('a label is neither 0 nor 1');
  const nameless = slices.find(({ names, of }) => of.some((index) => index >= names.length));
  if (nameless) throw invalid(`a row of slice ${nameless.slice} has no name`);
  if (!(resamples >= 1)) throw invalid(`an interval needs resamples, not ${resamples}`);
}

/** Equal for two inputs on the same labels and days in the same order, whatever was predicted there. */
export function digestRows({ labels, blocks }: EvaluationInput): string {
  const days = Int32Array.from(blocks); // the same digest whatever array the days came in
  return hashOf([sha256(labels), sha256(new Uint8Array(days.buffer))]);
}

function invalid(why: string): FlightdeckError {
  return new FlightdeckError('EVALUATION_INPUT', `Evaluation: ${why}. Pass one of each for every row.`);
}
