// What a new line through the logits would be worth: the test that tells a drifted calibration, which a line repairs, from a decayed
// ranking, which no monotone change of the scores can.

import type { BinnedScores } from './binned-scores.ts';

/** The recalibrated probability is sigmoid(slope × logit + intercept). */
export interface Line {
  readonly slope: number;
  readonly intercept: number;
}

export const unchanged: Line = { slope: 1, intercept: 0 };

const maxSteps = 50;
const tolerance = 1e-9;

/**
 * The line of greatest likelihood (Platt 1999) over binned rows, whose logits are taken to lie at `logits`, by Newton's method with
 * step halving (Lin, Lin and Weng 2007). Null where no finite line is best: a class is missing, all rows share a bin, or the
 * scores separate the classes.
 */
export function fitLine(logits: ArrayLike<number>, rows: BinnedScores, start = unchanged): Line | null {
  let best: Candidate = { line: start, loss: lossOfLine(start, logits, rows) };
  for (let step = 0; step < maxSteps; step++) {
    const direction = newtonStep(best.line, logits, rows);
    if (direction === null) return null;
    const next = descend(best, direction, logits, rows);
    // No line along the way is better: this is the best there is.
    if (next === null) return best.line;
    best = next;
    if (Math.abs(direction.slope) + Math.abs(direction.intercept) < tolerance) return best.line;
  }
  return null;
}

interface Candidate {
  readonly line: Line;
  readonly loss: number;
}

/** The sum of the log loss over all rows, in nats. */
export function lossOfLine(
  { slope, intercept }: Line,
  logits: ArrayLike<number>,
  rows: BinnedScores,
): number {
  let sum = 0;
  for (let bin = 0; bin < logits.length; bin++) {
    const [negatives, positives] = [rows.negatives[bin]!, rows.positives[bin]!];
    if (negatives + positives === 0) continue;
    // ln(1 + e^z) - label × z neither overflows nor takes the logarithm of zero.
    const z = slope * logits[bin]! + intercept;
    sum += (negatives + positives) * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))) - positives * z;
  }
  return sum;
}

/** The solution of (Hessian) × (step) = -(gradient): two equations, by Cramer's rule. Null where the loss has no curvature. */
function newtonStep({ slope, intercept }: Line, logits: ArrayLike<number>, rows: BinnedScores): Line | null {
  let [gradientSlope, gradientIntercept, slopeSlope, slopeIntercept, interceptIntercept] = [0, 0, 0, 0, 0];
  for (let bin = 0; bin < logits.length; bin++) {
    const all = rows.negatives[bin]! + rows.positives[bin]!;
    if (all === 0) continue;
    const x = logits[bin]!;
    const probability = 1 / (1 + Math.exp(-slope * x - intercept));
    const error = all * probability - rows.positives[bin]!;
    const curvature = all * probability * (1 - probability);
    gradientSlope += error * x;
    gradientIntercept += error;
    slopeSlope += curvature * x * x;
    slopeIntercept += curvature * x;
    interceptIntercept += curvature;
  }
  const determinant = slopeSlope * interceptIntercept - slopeIntercept ** 2;
  if (!(determinant > 1e-12 * slopeSlope * interceptIntercept)) return null;
  return {
    slope: (slopeIntercept * gradientIntercept - interceptIntercept * gradientSlope) / determinant,
    intercept: (slopeIntercept * gradientSlope - slopeSlope * gradientIntercept) / determinant,
  };
}

/** Goes along the step, halving it until the loss falls. Null where it does not. */
function descend(
  { line, loss }: Candidate,
  step: Line,
  logits: ArrayLike<number>,
  rows: BinnedScores,
): Candidate | null {
  for (let share = 1; share > 1e-6; share /= 2) {
    const next = {
      slope: line.slope + share * step.slope,
      intercept: line.intercept + share * step.intercept,
    };
    const nextLoss = lossOfLine(next, logits, rows);
    if (nextLoss < loss) return { line: next, loss: nextLoss };
  }
  return null;
}
