// Platt scaling: a line through the network's logits, fitted on validation rows, so that 30 % comes to mean 30 %. The exported
// graph carries it between the network and the sigmoid.

import { FlightdeckError } from '@flightdeck/core';
import type { Labels, Scores } from '@flightdeck/stats';

/** The calibrated probability is sigmoid(slope × logit + intercept). */
export interface Calibration {
  readonly slope: number;
  readonly intercept: number;
}

/** Newton's method doubles its digits in every step: from a network's logits it needs five or six. */
const maxSteps = 50;
const tolerance = 1e-10;

/** By so much may the mean loss of a better line come out higher, being a sum of many terms. */
const rounding = 1e-12;

/**
 * Fits slope and intercept by maximum likelihood (Platt 1999, Probabilistic outputs for support vector machines), with
 * Newton's method and step halving (Lin, Lin and Weng 2007). Platt's smoothing of the targets is left out: it guards against a
 * few dozen rows, and would shift the answer on thousands by less than their noise. Same rows, same answer to the last digit.
 * Throws CALIBRATION_IMPOSSIBLE where no finite line is best: a class is missing, the logits are all the same or not
 * finite, or they separate the classes.
 */
export function fitCalibration(logits: Scores, labels: Labels): Calibration {
  requireFit(logits, labels);
  let line: Calibration = { slope: 1, intercept: 0 };
  let loss = meanLoss(line, logits, labels);
  for (let step = 0; step < maxSteps; step++) {
    const direction = newtonStep(line, logits, labels);
    const next = descend(line, loss, direction, logits, labels);
    line = next.line;
    loss = next.loss;
    if (Math.abs(direction.slope) + Math.abs(direction.intercept) < tolerance) return line;
  }
  throw impossible(`no line was found in ${maxSteps} steps, so the logits seem to separate the classes`);
}

/**
 * Throws RANKING_REVERSED where the line falls. It would turn every answer round to suit the rows it was fitted on, and a model that is
 * wrong about all of them, or rows whose labels were turned round, would pass for good.
 */
export function requireRising({ slope }: Calibration, rows: number): void {
  if (slope > 0) return;
  throw new FlightdeckError(
    'RANKING_REVERSED',
    `On ${rows} rows the higher scores went with fewer positives (slope ${slope.toFixed(3)}): the order itself is wrong, which no ` +
      'calibration mends. Look at the labels first.',
  );
}

/** The calibrated probabilities of these logits. */
export function calibrate(logits: Scores, { slope, intercept }: Calibration): Float32Array {
  return Float32Array.from(logits, (logit) => sigmoid(slope * logit + intercept));
}

function requireFit(logits: Scores, labels: Labels): void {
  if (logits.length !== labels.length) {
    throw impossible(`there are ${logits.length} logits but ${labels.length} labels`);
  }
  if (!labels.includes(0) || !labels.includes(1)) {
    throw impossible(`${labels.length} validation rows hold one class only`);
  }
  if (!logits.every(Number.isFinite)) throw impossible('a logit is not finite');
  if (logits.every((logit) => logit === logits[0])) throw impossible('all logits are the same');
}

function impossible(why: string): FlightdeckError {
  return new FlightdeckError(
    'CALIBRATION_IMPOSSIBLE',
    `Calibration: ${why}. Look at the validation rows and at the loss curve, or take more rows.`,
  );
}

/** The solution of (Hessian) × (step) = -(gradient) of the mean log loss: two equations, by Cramer's rule. */
function newtonStep(line: Calibration, logits: Scores, labels: Labels): Calibration {
  let gradientSlope = 0;
  let gradientIntercept = 0;
  let slopeSlope = 0;
  let slopeIntercept = 0;
  let interceptIntercept = 0;
  for (let row = 0; row < logits.length; row++) {
    const x = logits[row]!;
    const probability = sigmoid(line.slope * x + line.intercept);
    const error = probability - labels[row]!;
    const curvature = probability * (1 - probability);
    gradientSlope += error * x;
    gradientIntercept += error;
    slopeSlope += curvature * x * x;
    slopeIntercept += curvature * x;
    interceptIntercept += curvature;
  }
  const determinant = slopeSlope * interceptIntercept - slopeIntercept ** 2;
  if (!(determinant > 0))
    throw impossible('the loss has no curvature left, so the logits seem to separate the classes');
  return {
    slope: (slopeIntercept * gradientIntercept - interceptIntercept * gradientSlope) / determinant,
    intercept: (slopeIntercept * gradientSlope - slopeSlope * gradientIntercept) / determinant,
  };
}

/** Goes along the step, halving it until the loss does not rise: far from the best line Newton's step can be too long. */
function descend(line: Calibration, loss: number, step: Calibration, logits: Scores, labels: Labels) {
  for (let share = 1; share > 1e-6; share /= 2) {
    const next = {
      slope: line.slope + share * step.slope,
      intercept: line.intercept + share * step.intercept,
    };
    const nextLoss = meanLoss(next, logits, labels);
    if (nextLoss <= loss + rounding) return { line: next, loss: nextLoss };
  }
  return { line, loss };
}

/** Mean log loss as ln(1 + e^z) - label × z, which neither overflows nor takes the logarithm of zero. */
function meanLoss({ slope, intercept }: Calibration, logits: Scores, labels: Labels): number {
  let sum = 0;
  for (let row = 0; row < logits.length; row++) {
    const z = slope * logits[row]! + intercept;
    sum += Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - labels[row]! * z;
  }
  return sum / logits.length;
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
