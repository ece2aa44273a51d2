import type { RetrainingStatus, StageStatus } from '@flightdeck/queue';
import type { RolloutState } from '@flightdeck/rollout';
import { expect, it } from 'vitest';
import { stepsOf } from './retraining-steps.ts';

const stage = (name: string, state: StageStatus['state'], more: Partial<StageStatus> = {}): StageStatus => ({
  ...{ id: `r.${name}`, stage: name, state, attempts: 1, progress: null, result: null, failure: null },
  ...more,
});

const status = (stages: readonly StageStatus[], more: object = {}): RetrainingStatus =>
  ({
    ...{ id: 'r', job: { kind: 'retrain', trials: 2 }, state: 'active', result: null, stages },
    ...more,
  }) as unknown as RetrainingStatus;

const said = (of: RetrainingStatus, rollout: RolloutState | null = null) =>
  stepsOf(of, rollout).map(({ name, state }) => `${name} ${state}`);
const rollout = (state: string) =>
  ({ status: state, candidate: 7, decisions: [{ why: 'Because.' }] }) as unknown as RolloutState;
const progress = (name: string) => ({ stage: name, message: name, fraction: 0.5, at: 0 });
const trials = [stage('snapshot', 'completed'), stage('trial-0', 'completed'), stage('trial-1', 'failed')];
const gate = { verdict: 'pass', reasons: ['It is better.'] };

it('waits for everything before anything has begun', () => {
  expect(said(status([]))).toEqual([
    ...['snapshot waiting', 'trials waiting', 'evaluate waiting', 'gate waiting', 'register waiting'],
    'rollout waiting',
  ]);
});

it('one trial that succeeds is enough, and none is a failure', () => {
  expect(stepsOf(status(trials), null)[1]).toMatchObject({
    state: 'completed',
    says: '1 of 2 done, 1 failed.',
  });
  const none = [stage('trial-0', 'failed', { attempts: 3 }), stage('trial-1', 'failed')];
  expect(stepsOf(status(none), null)[1]).toMatchObject({ state: 'failed', attempts: 3 });
});

it('is as far as the last job says', () => {
  const at = (name: string) =>
    said(status([...trials, stage('conclude', 'active', { progress: progress(name) })]));
  expect(at('baselines').slice(2, 5)).toEqual(['evaluate active', 'gate waiting', 'register waiting']);
  expect(at('register').slice(2, 5)).toEqual(['evaluate completed', 'gate completed', 'register active']);
});

it('does not reach what comes after a failure', () => {
  const failed = stage('conclude', 'failed', { progress: progress('gate'), attempts: 3 });
  expect(said(status([...trials, failed], { state: 'failed' })).slice(2)).toEqual([
    ...['evaluate completed', 'gate failed', 'register unreached', 'rollout unreached'],
  ]);
  expect(said(status([], { state: 'cancelled' }))).toEqual(
    ['snapshot', 'trials', 'evaluate', 'gate', 'register', 'rollout'].map((name) => `${name} unreached`),
  );
});

it.each([
  [null, 'waiting'],
  ['running', 'active'],
  ['held', 'active'],
  ['full', 'completed'],
  ['rolled-back', 'failed'],
])('a version whose rollout is %s has it as %s', (state, step) => {
  const done = status([stage('recalibrate', 'completed')], {
    ...{ state: 'completed', job: { kind: 'recalibrate' }, result: { version: 7, gate } },
  });
  expect(said(done, state === null ? null : rollout(state))).toEqual([
    ...['fit completed', 'evaluate completed', 'gate completed', 'register completed', `rollout ${step}`],
  ]);
});

it('ends at a gate that lets nothing in, and says why', () => {
  const result = { version: null, gate: { verdict: 'fail', reasons: ['It is worse.', 'By much.'] } };
  const steps = stepsOf(status(trials, { state: 'completed', result }), null);
  expect(steps.slice(3)).toMatchObject([
    {
      name: 'gate',
      state: 'failed',
      says: 'The verdict is fail, for 2 reasons.',
      reasons: ['It is worse.', 'By much.'],
    },
    { name: 'register', state: 'unreached', says: 'The gate let no version in.' },
    { name: 'rollout', state: 'unreached' },
  ]);
});
