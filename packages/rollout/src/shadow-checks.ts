// What a shadow shows before anybody gets the candidate's answers. Champion and candidate scored the same rows, so that differences are
// taken pair by pair, which needs far fewer rows than two groups do.

import type { ShadowEvidence } from './evidence.ts';
import type { ShadowStage } from './rollout-policy.ts';
import { around, fewestForMeans } from './sequential-interval.ts';
import { count, decimal, judge, type Reason, undecided } from './verdict.ts';

/** "How far are the scores apart, row by row?" */
export function checkDisagreement({ pairs, difference }: ShadowEvidence, stage: ShadowStage): Reason {
  const check = 'shadow:disagreement';
  const threshold = stage.maximumDisagreement;
  if (pairs < fewestForMeans)
    return undecided(
      check,
      `Disagreement: ${count(pairs)} pairs are too few; ${fewestForMeans} are needed.`,
      threshold,
      pairs,
    );
  const value = difference.mean;
  const interval = around(value, Math.sqrt(difference.variance / pairs), pairs, stage.minimumPairs);
  const finding = `On the same rows the scores are ${decimal(value)} apart on average`;
  return judge({ check, finding, value, threshold, ...interval, n: pairs });
}

export function checkPairedQuality(
  { matured }: ShadowEvidence,
  { minimumLabels, logLossMargin }: NonNullable<ShadowStage['quality']>,
): Reason {
  const check = 'shadow:quality';
  const n = matured?.labels ?? 0;
  const needed = Math.max(minimumLabels, fewestForMeans);
  if (!matured || n < needed)
    return undecided(
      check,
      `Quality: ${count(n)} shadow pairs have a label; ${count(needed)} are needed.`,
      logLossMargin,
      n,
    );
  const { mean: value, variance } = matured.lossDifference;
  const interval = around(value, Math.sqrt(variance / n), n, minimumLabels);
  const finding = `On the same rows the candidate's log loss is ${decimal(value)} worse`;
  return judge({ check, finding, value, threshold: logLossMargin, ...interval, n });
}
