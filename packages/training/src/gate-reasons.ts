// What the gate's checks share: which numbers can be judged, where an interval lies, and how a reason puts both into words.

import type { Interval } from '@flightdeck/stats';
import type { Estimate, Evaluation, MetricName } from './evaluation-schema.ts';
import type { GateReason, Verdict } from './gate-policy.ts';

export const metricTitles: Record<MetricName, string> = {
  rocAuc: 'ROC-AUC',
  prAuc: 'PR-AUC',
  logLoss: 'log loss',
  brier: 'Brier score',
  ece: 'ECE',
};

/** The estimate, or undefined where it is missing, holds something that is no number, or lacks resamples. */
export function usable(
  estimate: Estimate | null | undefined,
  { interval }: Evaluation,
): Estimate | undefined {
  if (!estimate || estimate.resamples?.length !== interval.resamples) return undefined;
  const numbers = [estimate.value, estimate.low, estimate.high, ...estimate.resamples];
  return numbers.every(Number.isFinite) ? estimate : undefined;
}

/** Where the interval of something that should be small lies: within the limit, beyond it, or across it. */
export function verdictOn({ low, high }: Interval, limit: number): Verdict {
  if (high <= limit) return 'pass';
  return low > limit ? 'fail' : 'inconclusive';
}

/** A check that cannot be made blocks: silence is no evidence. */
export function unjudged(check: string, why: string, threshold: number | null, rows: number): GateReason {
  return {
    check,
    verdict: 'fail',
    message: `${why}, so this cannot be judged.`,
    value: null,
    threshold,
    rows,
  };
}

/** "0.7812 [0.7755, 0.7869]". */
export function withInterval(value: number, { low, high }: Interval): string {
  return `${decimal(value)} [${decimal(low)}, ${decimal(high)}]`;
}

export function decimal(value: number): string {
  return value.toFixed(4);
}

/** "268,319". */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}
