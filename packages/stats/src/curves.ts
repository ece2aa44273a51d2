// The curves behind the areas, thinned for plots.

import { type Ranking, rankByScore } from './ranking.ts';
import { type Labels, requireRows, type Scores, type Weights } from './scored-rows.ts';

/** x and y, both in [0, 1]. */
export type CurvePoint = [x: number, y: number];

/**
 * False positive rate against true positive rate, from (0, 0) to (1, 1), at most `points` of them (at least 2). Empty where
 * a class is missing.
 */
export function rocCurve(scores: Scores, labels: Labels, points: number, weights?: Weights): CurvePoint[] {
  const steps = cumulate(scores, labels, points, weights);
  const all = steps.at(-1);
  if (!all || all.positives === 0 || all.negatives === 0) return [];
  return steps.map((step) => [step.negatives / all.negatives, step.positives / all.positives]);
}

/**
 * Recall against precision, from the highest threshold to the lowest, at most `points` of them (at least 2). Starts at (0, 1)
 * as scikit-learn's curve does, since nothing predicted has no precision of its own. Empty where no row is positive.
 */
export function precisionRecallCurve(
  scores: Scores,
  labels: Labels,
  points: number,
  weights?: Weights,
): CurvePoint[] {
  const steps = cumulate(scores, labels, points, weights);
  const all = steps.at(-1);
  if (!all || all.positives === 0) return [];
  return steps.map(({ positives, negatives }) => [
    positives / all.positives,
    positives + negatives === 0 ? 1 : positives / (positives + negatives),
  ]);
}

interface Cumulated {
  readonly positives: number;
  readonly negatives: number;
}

/** Positives and negatives above each threshold, nothing first, at `points` thresholds spread evenly over the steps. */
function cumulate(scores: Scores, labels: Labels, points: number, weights?: Weights): Cumulated[] {
  requireRows(scores, labels, weights);
  const ranking = rankByScore(scores);
  const kept = [{ positives: 0, negatives: 0 }];
  let positives = 0;
  let negatives = 0;
  let i = 0;
  for (const end of keptEnds(ranking, points)) {
    for (; i < end; i++) {
      const row = ranking.rows[i]!;
      const weight = weights ? weights[row]! : 1;
      if (labels[row] === 1) positives += weight;
      else negatives += weight;
    }
    kept.push({ positives, negatives });
  }
  return kept;
}

function keptEnds({ stepEnds }: Ranking, points: number): Uint32Array {
  const kept = points - 1; // beside the origin
  if (stepEnds.length <= kept) return stepEnds;
  return Uint32Array.from(
    { length: kept },
    (_, i) => stepEnds[Math.round(((i + 1) * stepEnds.length) / kept) - 1]!,
  );
}
