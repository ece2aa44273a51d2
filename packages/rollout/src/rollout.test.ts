// What a rollout does: first everything that must not go through, then the way to full traffic.

import { describe, expect, it } from 'vitest';
import { type Evidence, evidenceSchema } from './evidence.ts';
import { about, evidenceFor, fineShadow, minute, nobody, policy, variantOf } from './rollout.fixture.ts';
import { abortRollout, advance, haltRollout, resumeRollout, startRollout } from './rollout.ts';
import { type RolloutPolicy, rolloutPolicySchema } from './rollout-policy.ts';
import { type RolloutState, rolloutStateSchema, shadowOf, trafficOf } from './rollout-state.ts';

const begin = 1_000_000_000_000;
const started = startRollout(about, policy, 'controller', begin).state;

function look(state: RolloutState, parts: Partial<Evidence> = {}, after = 60, rules: RolloutPolicy = policy) {
  return advance(state, evidenceFor(state, parts), rules, state.since + after * minute);
}

/** At the canary of 5 %. */
const canary = look(started).state;
const allToChampion = [{ target: '3', weight: 1 }];

describe('a policy', () => {
  it.each([
    ['without a canary', { ...policy, canary: [] }],
    ['with shares that fall', { ...policy, canary: [...policy.canary].reverse() }],
    ['that halts before it holds', { ...policy, timeouts: { holdAfterMinutes: 9, haltAfterMinutes: 8 } }],
    ['with a limit that it does not know', { ...policy, service: { ...policy.service, p95Ratio: 2 } }],
    [
      'for quality without a margin',
      { ...policy, quality: { labels: 'required', minimumLabels: 1, minimumCoverage: 0 } },
    ],
    ['for scores without a limit', { ...policy, scores: {} }],
  ])('%s is refused', (_, rules) => {
    expect(rolloutPolicySchema.safeParse(rules).success).toBe(false);
  });
});

describe('evidence', () => {
  const good = evidenceFor(canary);
  it.each([
    [
      'with more failures than requests',
      { candidate: { ...good.champion, requests: 1, failures: { A: 2 } } },
    ],
    ['that ends before it begins', { window: { from: 2, to: 1 } }],
    [
      'with a histogram that lacks a count',
      { champion: { ...good.champion, latencyMs: { bounds: [1, 2], counts: [1, 2] } } },
    ],
    [
      'with bounds that do not rise',
      { champion: { ...good.champion, latencyMs: { bounds: [2, 1], counts: [1, 2, 3] } } },
    ],
  ])('%s is refused', (_, parts) => {
    expect(evidenceSchema.safeParse({ ...good, ...parts }).success).toBe(false);
  });

  it('of the fixtures is legal', () => {
    expect(evidenceSchema.safeParse(good).success).toBe(true);
  });
});

describe('a failure takes all traffic back', () => {
  it.each([
    ['errors', 'that fails more often', variantOf({ failureRate: 0.06 })],
    ['latency', 'that is much slower', variantOf({ latency: 18 })],
    ['scores:psi', 'that says something quite different', variantOf({ bias: 1.5 })],
    ['scores:mean', 'that says more than it should', variantOf({ bias: 0.9 })],
    ['quality:logLoss', 'that is wrong', variantOf({ bias: 1.5 })],
  ])('on %s, for a candidate %s', (check, _, candidate) => {
    const { state, decision } = look(canary, { candidate });
    expect(decision).toMatchObject({ action: 'roll-back', verdict: 'fail', to: { status: 'rolled-back' } });
    expect(decision.why).toContain(check);
    expect(trafficOf(state, policy)).toEqual(allToChampion);
  });

  it('on quality:auc, for a candidate that ranks worse', () => {
    const fair = variantOf();
    const candidate = { ...fair, matured: { ...fair.matured!, auc: { value: 0.7, standardError: 0.005 } } };
    expect(look(canary, { candidate }).decision.why).toContain('quality:auc');
  });

  it.each([
    ['errors', { failures: { MODEL_FAILED: 300 } }],
    ['latency', { latencyMs: variantOf({ latency: 18 }).latencyMs }],
    ['shadow:disagreement', { difference: { mean: 0.2, variance: 0.01 } }],
    ['shadow:quality', { matured: { labels: 900, lossDifference: { mean: 0.05, variance: 0.01 } } }],
  ])('on %s in the shadow, before anybody saw an answer', (check, parts) => {
    const { state, decision } = look(started, { shadow: { ...fineShadow, ...parts } });
    expect(decision.action).toBe('roll-back');
    expect(decision.why).toContain(check);
    expect(trafficOf(state, policy)).toEqual(allToChampion);
  });

  it('a candidate that always fails is out after twenty requests, minima or not', () => {
    const candidate = variantOf({ requests: 20, failureRate: 1 });
    expect(look(canary, { candidate }, 1).decision.action).toBe('roll-back');
  });

  it('a failing candidate does not stay because the rollout is halted', () => {
    const halted = haltRollout(canary, 'ada', 'Weekend.', begin + 61 * minute).state;
    expect(look(halted, { candidate: variantOf({ failureRate: 0.06 }) }).decision.action).toBe('roll-back');
  });

  it('the reasons say number, threshold, interval and sample size', () => {
    const { decision } = look(canary, { candidate: variantOf({ failureRate: 0.06 }) });
    const reason = decision.reasons.find(({ check }) => check === 'errors')!;
    expect(reason).toMatchObject({ verdict: 'fail', threshold: 0.02, n: 5_000 });
    expect(reason.low).toBeGreaterThan(0.02);
    expect(reason.message).toMatch(
      /^The candidate failed \d+ of 5,000 requests, the champion 0 of 20,000: an increase of [\d.]+ %, interval \[0\.\d{4}, 0\.\d{4}\], n = 5,000: all beyond the 0\.02 that is allowed\.$/,
    );
  });
});

describe('what is no failure', () => {
  const suffering = { failureRate: 0.3, latency: 30 };

  it.each([
    ['no traffic at all', canary, { champion: nobody, candidate: null }, 'No traffic to compare'],
    ['no traffic for the candidate', canary, { candidate: nobody }, 'No traffic to compare'],
    ['no shadow traffic', started, { shadow: null }, 'the shadow is broken or its rate too low'],
    [
      'too few requests',
      canary,
      { candidate: variantOf({ requests: 60 }) },
      'of the 1,000 that a verdict needs',
    ],
    [
      'labels that have not come yet',
      canary,
      { candidate: variantOf({ coverage: 0 }) },
      '0 labels of the candidate',
    ],
    [
      'labels of few of the predictions',
      canary,
      { candidate: variantOf({ coverage: 0.3 }) },
      '50 % are needed',
    ],
    ['scores in other bins', canary, { candidate: rebinned() }, 'the scores have 5 and 10 bins'],
    [
      'latencies beyond the histogram',
      canary,
      { champion: { ...variantOf(), latencyMs: { bounds: [1], counts: [0, 5_000] } } },
      'above the last bound',
    ],
  ])('%s is inconclusive and changes nothing', (_, state, parts, words) => {
    const { state: after, decision } = look(state, parts);
    expect(decision).toMatchObject({ action: 'wait', verdict: 'inconclusive' });
    expect(decision.reasons.map(({ message }) => message).join('\n')).toContain(words);
    expect(after).toBe(state);
  });

  it('an outage that both suffer is not the fault of the candidate', () => {
    const both = { champion: variantOf(suffering), candidate: variantOf(suffering) };
    expect(look(canary, both).decision.verdict).not.toBe('fail');
  });

  it('enough requests in too short a time wait for the minimum of event time', () => {
    const evidence = evidenceFor(canary, { window: { from: canary.since, to: canary.since + 29 * minute } });
    const { decision } = advance(canary, evidence, policy, canary.since + 29 * minute);
    expect(decision.reasons.filter(({ verdict }) => verdict !== 'pass').map(({ check }) => check)).toEqual([
      'minutes',
    ]);
  });

  it('evidence of an earlier step says nothing about this one', () => {
    const evidence = evidenceFor(started, { candidate: variantOf({ failureRate: 1 }) });
    const { state, decision } = advance(canary, evidence, policy, canary.since);
    expect(state).toBe(canary);
    expect(decision.reasons[0]!.message).toContain('from -3,600 to 0 s of the step');
  });

  it('labels that are optional are not waited for, but can fail', () => {
    const optional = { ...policy, quality: { ...policy.quality!, labels: 'optional' as const } };
    const unlabelled = variantOf({ coverage: 0 });
    expect(look(canary, { candidate: unlabelled }, 60, optional).decision.action).toBe('advance');
    const { scores: _, ...unwatched } = optional;
    expect(look(canary, { candidate: variantOf({ bias: 1.5 }) }, 60, unwatched).decision.action).toBe(
      'roll-back',
    );
  });
});

describe('time', () => {
  const silent = { candidate: nobody };

  it('makes an inconclusive step hold, once, and then halt', () => {
    const held = look(canary, silent, 120);
    expect(held.decision.action).toBe('hold');
    expect(look(held.state, silent, 130).state).toBe(held.state);
    const halted = look(held.state, silent, 240);
    expect(halted.decision).toMatchObject({ action: 'halt', verdict: 'inconclusive' });
    expect(trafficOf(halted.state, policy)).toEqual(trafficOf(canary, policy));
    expect(look(halted.state).decision.action).toBe('wait');
  });

  it('does not keep a held step from passing', () => {
    const held = look(canary, silent, 120).state;
    expect(look(held, {}, 125).state).toMatchObject({ status: 'running', step: 2 });
  });

  it('begins anew with a resume, which keeps the evidence of the step', () => {
    const halted = look(canary, silent, 240).state;
    const resumed = resumeRollout(halted, 'ada', 'The simulator is back.', canary.since + 300 * minute).state;
    expect(look(resumed, silent, 310).decision.action).toBe('wait');
    expect(look(resumed, {}, 310).decision.action).toBe('advance');
  });
});

describe('a person', () => {
  it('cannot roll out the champion', () => {
    expect(() => startRollout({ ...about, candidate: 3 }, policy, 'ada', begin)).toThrow(
      'is the champion already',
    );
  });

  it('cannot resume what runs, nor halt or abort what has ended', () => {
    expect(() => resumeRollout(canary, 'ada', '', begin)).toThrow('only a halted one is resumed');
    const { state } = abortRollout(canary, 'ada', 'Wrong version.', begin);
    expect(() => abortRollout(state, 'ada', '', begin)).toThrow('has ended: aborted');
    expect(() => haltRollout(state, 'ada', '', begin)).toThrow('has ended: aborted');
  });

  it('is told when the policy no longer has the step', () => {
    expect(() =>
      look(canary, {}, 60, { ...policy, shadow: undefined, canary: policy.canary.slice(0, 1) }),
    ).toThrow('Abort it, or give it the policy that it began with');
  });

  it('aborts, and all traffic is back', () => {
    const { state, decision } = abortRollout(canary, 'ada', 'Wrong version.', begin);
    expect(trafficOf(state, policy)).toEqual(allToChampion);
    expect(decision).toMatchObject({ by: 'ada', action: 'abort', why: 'Wrong version.', verdict: null });
  });
});

it('goes from shadow over each canary to full traffic, and records each step', () => {
  expect(shadowOf(started, policy)).toEqual({ target: '4', rate: 0.2 });
  expect(trafficOf(started, policy)).toEqual(allToChampion);
  expect(shadowOf(canary, policy)).toBeUndefined();
  expect(trafficOf(canary, policy)).toEqual([
    { target: '3', weight: 0.95 },
    { target: '4', weight: 0.05 },
  ]);
  const wider = look(canary).state;
  expect(trafficOf(wider, policy)).toEqual([
    { target: '3', weight: 0.75 },
    { target: '4', weight: 0.25 },
  ]);
  const { state } = look(wider);
  expect(trafficOf(state, policy)).toEqual([{ target: '4', weight: 1 }]);
  expect(state.decisions.map(({ action, verdict }) => [action, verdict])).toEqual([
    ['start', null],
    ['advance', 'pass'],
    ['advance', 'pass'],
    ['promote', 'pass'],
  ]);
  expect(look(state).decision).toMatchObject({ action: 'wait', why: 'The rollout has ended: full.' });
  expect(rolloutStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
});

function rebinned() {
  const fair = variantOf();
  return { ...fair, scores: { ...fair.scores!, histogram: [1_000, 1_000, 1_000, 1_000, 1_000] } };
}
