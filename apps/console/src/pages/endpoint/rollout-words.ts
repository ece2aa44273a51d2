// A rollout in words: its steps, how far it is, what a step must show, and what its shadow has shown. Pure.

import type { Reason, RolloutAnswer, RolloutDecision, RolloutHead, Stage } from '@flightdeck/admin-api';
import { count, percent } from '../../parts/words.ts';

/** "Shadow of 50 %", "Canary of 25 %" */
export function stageName(stage: Stage): string {
  return stage.kind === 'shadow'
    ? `Shadow of ${percent(stage.rate, 0)}`
    : `Canary of ${percent(stage.share, 0)}`;
}

/** What a step lets through, as its policy declares it. */
export function stageRule(stage: Stage, { service }: RolloutAnswer['policy']): string {
  const time = stage.minimumMinutes > 0 ? `, over ${count(stage.minimumMinutes)} minutes of event time` : '';
  const errors = `at most ${percent(service.errorIncrease)} more errors than the champion, and at most 1 % of its answers slower than ${service.p99Ratio} times the champion's p99`;
  if (stage.kind === 'canary')
    return `It answers ${percent(stage.share, 0)} of the users. It passes with ${count(stage.minimumRequests)} requests of each version${time}: ${errors}.`;
  return `It is asked beside the champion about ${percent(stage.rate, 0)} of the predictions, and nobody sees its answers. It passes with ${count(stage.minimumPairs)} pairs${time}: scores at most ${stage.maximumDisagreement} apart on average, ${errors}.`;
}

export type StepState = 'to come' | 'under way' | 'held' | 'halted' | 'passed' | 'failed' | 'aborted';

/** Where the step of this number stands; the one after the last is full traffic. */
export function stepState({ status, step }: Pick<RolloutHead, 'status' | 'step'>, number: number): StepState {
  if (status === 'full' || number < step) return 'passed';
  if (number > step) return 'to come';
  const states = {
    running: 'under way',
    held: 'held',
    halted: 'halted',
    'rolled-back': 'failed',
    aborted: 'aborted',
  };
  return states[status] as StepState;
}

/** Whether it still goes on, or waits for somebody. */
export function isUnderWay({ status }: Pick<RolloutHead, 'status'>): boolean {
  return status === 'running' || status === 'held' || status === 'halted';
}

export interface StepRecord {
  readonly decisions: readonly RolloutDecision[];
  /** What the step was judged by last: a decision, or the look since that changed nothing. */
  readonly judged: RolloutDecision | null;
}

export function stepRecord({ decisions, look, step }: RolloutAnswer, number: number): StepRecord {
  const own = decisions.filter(({ from }) => from.step === number);
  const last = own.findLast(({ reasons }) => reasons.length > 0) ?? null;
  const isNewer = look !== null && look.reasons.length > 0 && step === number && look.at >= (last?.at ?? 0);
  return { decisions: own, judged: isNewer ? look : last };
}

export interface Agreement {
  readonly pairs: number;
  readonly allowed: number;
  /** Null below the number of pairs that an interval takes. */
  readonly difference: { readonly mean: number; readonly low: number; readonly high: number } | null;
}

/** How far a shadow's scores were from the champion's on the same rows; null where it was not compared. */
export function agreementIn(reasons: readonly Reason[]): Agreement | null {
  const found = reasons.find(({ check }) => check === 'shadow:disagreement');
  if (!found) return null;
  const { n, threshold, value, low, high } = found;
  const known = value !== null && low !== undefined && high !== undefined;
  return { pairs: n, allowed: threshold, difference: known ? { mean: value, low, high } : null };
}
