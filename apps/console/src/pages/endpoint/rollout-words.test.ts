import type { Reason, RolloutAnswer, RolloutDecision } from '@flightdeck/admin-api';
import { expect, it } from 'vitest';
import { agreementIn, stageName, stageRule, stepRecord, stepState } from './rollout-words.ts';

const shadow = {
  kind: 'shadow',
  rate: 0.5,
  minimumPairs: 1_000,
  minimumMinutes: 60,
  maximumDisagreement: 0.1,
} as const;
const canary = { kind: 'canary', share: 0.25, minimumRequests: 2_000, minimumMinutes: 0 } as const;
const service = { errorIncrease: 0.02, p99Ratio: 2 };

it('says what a step is and what it must show', () => {
  expect([stageName(shadow), stageName(canary)]).toEqual(['Shadow of 50 %', 'Canary of 25 %']);
  const policy = { service } as RolloutAnswer['policy'];
  expect(stageRule(shadow, policy)).toMatch(/1,000 pairs, over 60 minutes .* at most 0.1 apart/);
  expect(stageRule(canary, policy)).toMatch(/2,000 requests of each version: at most 2.0 % more errors/);
});

it.each([
  ['running', 'passed under way|to come'],
  ['held', 'passed held|to come'],
  ['halted', 'passed halted|to come'],
  ['rolled-back', 'passed failed|to come'],
  ['aborted', 'passed aborted|to come'],
  ['full', 'passed passed|passed'],
] as const)('tells the steps of a rollout that is %s at its second', (status, said) => {
  const [first, second, third] = [0, 1, 2].map((number) => stepState({ status, step: 1 }, number));
  expect(`${first} ${second}|${third}`).toBe(said);
});

const reason: Reason = {
  ...{ check: 'shadow:disagreement', verdict: 'pass', message: '', value: 0.02, threshold: 0.1 },
  ...{ low: 0.01, high: 0.03, n: 1_629 },
};
const at = (step: number, reasons: readonly Reason[], time: number, action = 'advance') =>
  ({ at: time, action, reasons, from: { step, status: 'running' } }) as unknown as RolloutDecision;

it('finds what a step was judged by: the last verdict, or a look that came after it', () => {
  const start = at(0, [], 1, 'start');
  const advance = at(0, [reason], 5);
  const look = at(1, [reason], 9, 'wait');
  const rollout = (step: number, decisions: RolloutDecision[], seen: RolloutDecision | null) =>
    ({ step, decisions, look: seen }) as unknown as RolloutAnswer;
  expect(stepRecord(rollout(0, [start], null), 0)).toEqual({ decisions: [start], judged: null });
  expect(stepRecord(rollout(1, [start, advance], look), 0).judged).toBe(advance);
  expect(stepRecord(rollout(1, [start, advance], look), 1)).toEqual({ decisions: [], judged: look });
  const halt = at(1, [], 12, 'halt');
  expect(stepRecord(rollout(1, [start, advance, halt], look), 1)).toEqual({
    decisions: [halt],
    judged: look,
  });
});

it('reads the agreement of a shadow off its reasons, with the interval or without', () => {
  expect(agreementIn([])).toBeNull();
  expect(agreementIn([reason])).toEqual({
    pairs: 1_629,
    allowed: 0.1,
    difference: { mean: 0.02, low: 0.01, high: 0.03 },
  });
  const few = {
    check: 'shadow:disagreement',
    verdict: 'inconclusive',
    message: '',
    threshold: 0.1,
    n: 40,
  } as const;
  expect(agreementIn([{ ...few, value: null }])).toEqual({ pairs: 40, allowed: 0.1, difference: null });
});
