// Matured quality: a non-inferiority test against the champion, on the labels of the same window. What must be shown is that
// the candidate is not worse by more than the margin; that it is better is the gate's business.

import type { VariantEvidence } from './evidence.ts';
import type { RolloutPolicy } from './rollout-policy.ts';
import { around, differenceOfMeans, fewestForMeans } from './sequential-interval.ts';
import { count, decimal, judge, percent, type Reason, undecided } from './verdict.ts';

type Matured = NonNullable<VariantEvidence['matured']>;
type QualityPolicy = NonNullable<RolloutPolicy['quality']>;

export function checkQuality(
  candidate: VariantEvidence,
  champion: VariantEvidence,
  policy: QualityPolicy,
): Reason[] {
  const { logLossMargin, aucMargin } = policy;
  const checks = [
    ...(logLossMargin === undefined
      ? []
      : [{ check: 'quality:logLoss', margin: logLossMargin, of: checkLogLoss }]),
    ...(aucMargin === undefined ? [] : [{ check: 'quality:auc', margin: aucMargin, of: checkAuc }]),
  ];
  const reasons = checks.map(({ check, margin, of }) => {
    const lacking = whatLacks(candidate.matured, champion.matured, policy);
    return lacking === undefined
      ? of(candidate.matured!, champion.matured!, margin, policy.minimumLabels)
      : undecided(check, lacking, margin, candidate.matured?.labels ?? 0);
  });
  return policy.labels === 'optional'
    ? reasons.map((reason) => ({ ...reason, optional: true as const }))
    : reasons;
}

function whatLacks(
  candidate: Matured | null,
  champion: Matured | null,
  policy: QualityPolicy,
): string | undefined {
  const [ours, theirs] = [candidate?.labels ?? 0, champion?.labels ?? 0];
  const needed = Math.max(policy.minimumLabels, fewestForMeans);
  if (Math.min(ours, theirs) < needed)
    return `Quality: ${count(ours)} labels of the candidate and ${count(theirs)} of the champion have matured; ${count(needed)} each are needed.`;
  const coverage = Math.min(candidate!.coverage, champion!.coverage);
  if (coverage < policy.minimumCoverage)
    return `Quality: only ${percent(coverage)} of a variant's predictions have their label; ${percent(policy.minimumCoverage)} are needed.`;
  return undefined;
}

function checkLogLoss(candidate: Matured, champion: Matured, threshold: number, minimum: number): Reason {
  const difference = differenceOfMeans(
    { n: candidate.labels, ...candidate.logLoss },
    { n: champion.labels, ...champion.logLoss },
    2 * minimum,
  );
  const finding = `Log loss ${against(candidate.logLoss.mean, champion.logLoss.mean)}: ${decimal(difference.value)} worse`;
  return judge({ check: 'quality:logLoss', finding, threshold, ...difference });
}

function checkAuc(candidate: Matured, champion: Matured, threshold: number, minimum: number): Reason {
  const check = 'quality:auc';
  const n = candidate.labels + champion.labels;
  if (!candidate.auc || !champion.auc)
    return undecided(check, 'AUC: the labels of a variant are all of one class.', threshold, n);
  const value = champion.auc.value - candidate.auc.value;
  const error = Math.hypot(champion.auc.standardError, candidate.auc.standardError);
  const finding = `AUC ${against(candidate.auc.value, champion.auc.value)}: ${decimal(value)} worse`;
  return judge({ check, finding, value, threshold, ...around(value, error, n, 2 * minimum), n });
}

function against(candidate: number, champion: number): string {
  return `${decimal(candidate)} against ${decimal(champion)} of the champion`;
}
