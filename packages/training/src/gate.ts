// The gate between a training run and the registry: from evaluations and a policy to pass, fail or inconclusive, with a reason for
// each check. Pure: it reads no file and no clock, so that a decision can be repeated from its stored evidence.

import type { Evaluation } from './evaluation-schema.ts';
import { checkBounds } from './gate-bounds.ts';
import { checkBaselines, checkChampion } from './gate-comparisons.ts';
import type { GatePolicy, GateReason, GateResult, Verdict } from './gate-policy.ts';
import { count } from './gate-reasons.ts';

export type { GatePolicy, GateResult } from './gate-policy.ts';

export interface GateEvidence {
  readonly candidate: Evaluation;
  /** The version that serves, evaluated on the same rows with the same seed; null where none serves yet. */
  readonly champion: Evaluation | null;
  /** By name, evaluated likewise. */
  readonly baselines: Readonly<Record<string, Evaluation>>;
  readonly policy: GatePolicy;
}

/**
 * One failed check fails the whole; else one inconclusive check makes the whole inconclusive. What cannot be judged (a metric that
 * is missing or no number, an evaluation on other rows) fails. A limit is kept where the whole 95 % interval keeps it, broken where
 * the whole interval lies beyond, and the check is inconclusive in between. Since every check must pass, more of them make a
 * false pass rarer, not likelier (an intersection-union test, Berger 1982), so these intervals need no correction. Slices,
 * of which there are many, do: see gate-slices.ts.
 */
export function gate({ candidate, champion, baselines, policy }: GateEvidence): GateResult {
  const reasons = [
    checkSampleSize(candidate, policy),
    ...checkBounds(candidate, policy),
    ...checkBaselines(candidate, baselines, policy),
    ...(champion ? checkChampion(candidate, champion, policy) : []),
  ];
  return { verdict: worst(reasons.map((reason) => reason.verdict)), reasons };
}

function checkSampleSize({ rows, interval }: Evaluation, { minimum }: GatePolicy): GateReason {
  const enough = rows >= minimum.rows && interval.blocks >= minimum.days;
  const message =
    `${count(rows)} rows on ${interval.blocks} days are ${enough ? 'enough' : 'too few'}: ` +
    `the minimum is ${count(minimum.rows)} rows on ${minimum.days} days.`;
  const verdict = enough ? 'pass' : 'inconclusive';
  return { check: 'sample', verdict, message, value: rows, threshold: minimum.rows, rows };
}

function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('fail')) return 'fail';
  return verdicts.includes('inconclusive') ? 'inconclusive' : 'pass';
}
