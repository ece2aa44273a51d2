// How well scores rank: the area under the ROC curve and under the precision-recall curve, with ties handled exactly.

import type { BlockMetric, Blocks } from './blocks.ts';
import { type Ranking, rankByScore } from './ranking.ts';
import { type Labels, requireRows, type Scores, type Weights } from './scored-rows.ts';

export interface RankedAreas {
  readonly rocAuc: number;
  readonly prAuc: number;
}

/**
 * The chance that a random positive row scores above a random negative one, ties counting half (Hanley and McNeil 1982).
 * NaN where a class is missing.
 */
export function rocAuc(scores: Scores, labels: Labels, weights?: Weights): number {
  return rankedAreas(scores, labels, weights).rocAuc;
}

/**
 * Average precision: the sum over thresholds of (recall gained) × (precision there), as scikit-learn defines it: no
 * interpolation, which would be too optimistic (Davis and Goadrich 2006). NaN where no row is positive.
 */
export function prAuc(scores: Scores, labels: Labels, weights?: Weights): number {
  return rankedAreas(scores, labels, weights).prAuc;
}

function rankedAreas(scores: Scores, labels: Labels, weights?: Weights): RankedAreas {
  requireRows(scores, labels, weights);
  const ranking = rankByScore(scores);
  const rowsAsBlocks = { count: scores.length, of: Uint32Array.from(scores.keys()) };
  return areasByBlock(ranking, labels, rowsAsBlocks)(weights ?? new Float64Array(scores.length).fill(1));
}

/**
 * Both areas over the ranked rows as a function of block weights. Nothing is sorted again: each call is one pass over the
 * rows (about 1 ms for 270,000).
 */
export function areasByBlock(ranking: Ranking, labels: Labels, blocks: Blocks): BlockMetric<RankedAreas> {
  const codes = encodeRows(ranking, labels, blocks);
  return (weights) => areasOf(codes, weights);
}

/**
 * All that the pass must know of a row in one number, in ranked order, so that it reads memory in one direction:
 * bit 0 says that the row ends a step, bit 1 is its label, the rest its block.
 */
function encodeRows(ranking: Ranking, labels: Labels, blocks: Blocks): Uint32Array {
  const codes = ranking.rows.map((row) => blocks.of[row]! * 4 + labels[row]! * 2);
  for (const end of ranking.stepEnds) codes[end - 1]!++;
  return codes;
}

function areasOf(codes: Uint32Array, weights: Float64Array): RankedAreas {
  const [positiveWeight, negativeWeight] = tabulate(weights);
  let truePositives = 0;
  let falsePositives = 0;
  // The smallest number there is: it vanishes in any sum, but 0 / 0 of a first step without weight becomes 0, with no branch.
  let rows = Number.MIN_VALUE;
  let pairsWon = 0;
  let precisionSum = 0;
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    positives += positiveWeight[code]!;
    negatives += negativeWeight[code]!;
    if ((code & 1) === 0) continue;
    // A negative of this step loses to every positive above it, and halves the point with those beside it.
    pairsWon += negatives * (truePositives + positives / 2);
    truePositives += positives;
    falsePositives += negatives;
    rows += positives + negatives;
    precisionSum += (positives * truePositives) / rows;
    positives = 0;
    negatives = 0;
  }
  return {
    rocAuc: pairsWon / (truePositives * falsePositives),
    prAuc: precisionSum / truePositives,
  };
}

/** What a row adds to the positives and to the negatives, by its code: looked up, since a branch on the label is slower. */
function tabulate(weights: Float64Array): [positive: Float64Array, negative: Float64Array] {
  const positive = new Float64Array(weights.length * 4);
  const negative = new Float64Array(weights.length * 4);
  weights.forEach((weight, block) => {
    negative.fill(weight, block * 4, block * 4 + 2);
    positive.fill(weight, block * 4 + 2, block * 4 + 4);
  });
  return [positive, negative];
}
