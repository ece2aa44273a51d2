// What matured quality says of a version that serves: has its ranking decayed, which only training mends, or its calibration alone?

import type { MaturedQuality, RetrainingPolicy } from './retraining-policy.ts';
import { count, decimal, percent } from './verdict.ts';

/** Decayed or held where the whole interval is on one side of the limit. */
type Standing = 'holds' | 'decayed' | 'unclear';

export type QualityFinding =
  | {
      readonly known: true;
      readonly ranking: Standing;
      readonly calibration: Standing;
      readonly reasons: readonly string[];
    }
  /** Missing: too few labels to say. Suspect: labels that say the opposite of what is predicted. */
  | { readonly known: false; readonly labels: 'missing' | 'suspect'; readonly reasons: readonly string[] };

export function findQuality(
  quality: MaturedQuality | null,
  policy: RetrainingPolicy['quality'],
): QualityFinding {
  const { minimumLabels, minimumCoverage, maximumAucLoss, maximumCalibrationError } = policy;
  if (!quality || quality.labels < minimumLabels || quality.coverage < minimumCoverage) {
    const seen = quality
      ? `${count(quality.labels)} labels, ${percent(quality.coverage)} of the window`
      : 'no labels';
    const reason = `Quality is unknown: ${seen}, where ${count(minimumLabels)} labels and ${percent(minimumCoverage)} are needed to judge it.`;
    return { known: false, labels: 'missing', reasons: [reason] };
  }
  const { auc, referenceAuc, calibrationError, labels } = quality;
  // A model can become useless, but not reliably wrong: what turned round is the labels.
  if (auc.high < 0.5) {
    const reason = `AUC ${interval(auc)} on ${count(labels)} labels is below 0.5: the labels look flipped.`;
    return { known: false, labels: 'suspect', reasons: [reason] };
  }
  const loss = {
    value: referenceAuc - auc.value,
    low: referenceAuc - auc.high,
    high: referenceAuc - auc.low,
  };
  const [ranking, calibration] = [
    standingOf(loss, maximumAucLoss),
    standingOf(calibrationError, maximumCalibrationError),
  ];
  return {
    known: true,
    ranking,
    calibration,
    reasons: [
      `Ranking ${words[ranking]}: AUC fell by ${interval(loss)} from ${decimal(referenceAuc)} on ${count(labels)} labels, where ${maximumAucLoss} is allowed.`,
      `Calibration ${words[calibration]}: its error is ${interval(calibrationError)}, where ${maximumCalibrationError} is allowed.`,
    ],
  };
}

const words: Record<Standing, string> = {
  holds: 'holds',
  decayed: 'has decayed',
  unclear: 'is not shown to have decayed',
};

interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

function standingOf({ low, high }: Estimate, limit: number): Standing {
  if (high <= limit) return 'holds';
  return low > limit ? 'decayed' : 'unclear';
}

function interval({ value, low, high }: Estimate): string {
  return `${decimal(value)} [${decimal(low)}, ${decimal(high)}]`;
}
