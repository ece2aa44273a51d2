// The verdict on one step of a rollout: all checks that its policy asks for, and whether there was enough to see.

import { type Evidence, type ShadowEvidence, sumOf, type VariantEvidence } from './evidence.ts';
import { checkQuality } from './quality-checks.ts';
import type { CanaryStage, RolloutPolicy, ShadowStage, Stage } from './rollout-policy.ts';
import { checkScores } from './score-checks.ts';
import type { Counted } from './sequential-interval.ts';
import { checkErrors, checkLatency } from './service-checks.ts';
import { checkDisagreement, checkPairedQuality } from './shadow-checks.ts';
import { combineVerdicts, count, type Reason, undecided, type Verdict } from './verdict.ts';

export interface StageVerdict {
  readonly verdict: Verdict;
  readonly reasons: readonly Reason[];
}

/**
 * Whatever is bad beyond doubt fails a step at once. To pass it takes the minimum of samples and of event time as well. A window that
 * shows nothing is inconclusive, never a failure.
 */
export function judgeStage(stage: Stage, evidence: Evidence, policy: RolloutPolicy): StageVerdict {
  const reasons = [
    ...(stage.kind === 'shadow'
      ? shadowReasons(stage, evidence, policy)
      : canaryReasons(stage, evidence, policy)),
    checkMinutes(evidence, stage.minimumMinutes),
  ];
  return { verdict: combineVerdicts(reasons), reasons };
}

function shadowReasons(stage: ShadowStage, { shadow, champion }: Evidence, policy: RolloutPolicy): Reason[] {
  const answered = champion.requests - sumOf(champion.failures);
  if (!shadow || askedOf(shadow).asked === 0) {
    const message = `No shadow traffic, while the champion answered ${count(answered)} requests${answered > 0 ? ': the shadow is broken or its rate too low' : ''}.`;
    return [undecided('samples', message, stage.minimumPairs, 0)];
  }
  return [
    checkSamples(`${count(shadow.pairs)} shadow pairs`, shadow.pairs, stage.minimumPairs),
    checkErrors(askedOf(shadow), countedOf(champion), policy.service.errorIncrease),
    checkLatency(shadow.latencyMs, champion.latencyMs, policy.service.p99Ratio),
    checkDisagreement(shadow, stage),
    ...(stage.quality ? [checkPairedQuality(shadow, stage.quality)] : []),
  ];
}

function canaryReasons(stage: CanaryStage, evidence: Evidence, policy: RolloutPolicy): Reason[] {
  const { champion, candidate } = evidence;
  if (!candidate || candidate.requests === 0 || champion.requests === 0) {
    const message = `No traffic to compare: ${count(candidate?.requests ?? 0)} requests to the candidate, ${count(champion.requests)} to the champion.`;
    return [undecided('samples', message, stage.minimumRequests, candidate?.requests ?? 0)];
  }
  const minimum = stage.minimumRequests;
  const seen = `${count(candidate.requests)} requests to the candidate and ${count(champion.requests)} to the champion`;
  return [
    checkSamples(seen, Math.min(candidate.requests, champion.requests), minimum),
    checkErrors(countedOf(candidate), countedOf(champion), policy.service.errorIncrease),
    checkLatency(candidate.latencyMs, champion.latencyMs, policy.service.p99Ratio),
    ...(policy.scores ? checkScores(candidate, champion, policy.scores, 2 * minimum) : []),
    ...(policy.quality ? checkQuality(candidate, champion, policy.quality) : []),
  ];
}

function checkSamples(seen: string, n: number, threshold: number): Reason {
  const verdict = n >= threshold ? 'pass' : 'inconclusive';
  const message = `${seen}, of the ${count(threshold)} that a verdict needs.`;
  return { check: 'samples', verdict, message, value: n, threshold, n };
}

function checkMinutes({ window }: Evidence, threshold: number): Reason {
  const value = (window.to - window.from) / 60_000;
  const verdict = value >= threshold ? 'pass' : 'inconclusive';
  const message = `${Math.floor(value)} minutes of event time, of the ${threshold} that a verdict needs.`;
  return { check: 'minutes', verdict, message, value, threshold, n: 1 };
}

function countedOf({ requests, failures }: VariantEvidence): Counted {
  return { failed: sumOf(failures), asked: requests };
}

function askedOf({ pairs, failures }: ShadowEvidence): Counted {
  const failed = sumOf(failures);
  return { failed, asked: pairs + failed };
}
