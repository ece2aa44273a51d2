// What must hold of every rollout: from any state, under any policy, whatever the evidence says and whatever people ask in between.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Evidence, evidenceSchema, type VariantEvidence } from './evidence.ts';
import { about, fineShadow, minute, nobody, policy as samplePolicy, variantOf } from './rollout.fixture.ts';
import { abortRollout, advance, haltRollout, type RolloutStep, resumeRollout } from './rollout.ts';
import { type RolloutPolicy, rolloutPolicySchema, stagesOf } from './rollout-policy.ts';
import { hasEnded, type RolloutState, rolloutStateSchema, trafficOf } from './rollout-state.ts';

const counter = fc.nat({ max: 20_000 });
const real = fc.double({ min: -5, max: 5, noNaN: true });
const positive = fc.double({ min: 0, max: 5, noNaN: true });
const mean = fc.record({ mean: real, variance: positive });
const histogram = fc
  .uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 6 })
  .map((bounds) => bounds.sort((a, b) => a - b))
  .chain((bounds) =>
    fc.record({
      bounds: fc.constant(bounds),
      counts: fc.array(counter, { minLength: bounds.length + 1, maxLength: bounds.length + 1 }),
    }),
  );

const strangeVariant: fc.Arbitrary<VariantEvidence> = fc
  .record({
    requests: counter,
    failures: fc.dictionary(fc.constantFrom('A', 'B'), counter),
    latencyMs: histogram,
    scores: fc.option(
      fc.record({
        mean: real,
        variance: positive,
        histogram: fc.array(counter, { minLength: 2, maxLength: 12 }),
      }),
    ),
    matured: fc.option(
      fc.record({
        labels: counter,
        coverage: fc.double({ min: 0, max: 1, noNaN: true }),
        logLoss: mean,
        auc: fc.option(fc.record({ value: real, standardError: positive })),
      }),
    ),
  })
  .map((variant) => ({
    ...variant,
    requests: variant.requests + Object.values(variant.failures).reduce((sum, each) => sum + each, 0),
  }));

const known = fc.constantFrom(
  variantOf(),
  nobody,
  variantOf({ failureRate: 0.5 }),
  variantOf({ latency: 40 }),
  variantOf({ bias: 2 }),
  variantOf({ coverage: 0 }),
);
// Mostly fine ones, or few rollouts would get far.
const variant = fc.oneof(
  { arbitrary: fc.constant(variantOf({ requests: 20_000 })), weight: 8 },
  { arbitrary: known, weight: 2 },
  { arbitrary: strangeVariant, weight: 1 },
);

const strangeShadow = fc.record({
  pairs: counter,
  failures: fc.dictionary(fc.constantFrom('A', 'B'), counter),
  difference: mean,
  latencyMs: histogram,
  matured: fc.option(fc.record({ labels: counter, lossDifference: mean })),
});
const shadow = fc.oneof(
  { arbitrary: fc.constant(fineShadow), weight: 4 },
  { arbitrary: strangeShadow, weight: 1 },
);

const look = fc.record({
  kind: fc.constant('look' as const),
  champion: variant,
  candidate: fc.option(variant),
  shadow: fc.option(shadow),
  /** Minutes since the step began: evidence may be older than that. */
  from: fc.integer({ min: -5, max: 5 }),
  minutes: fc.oneof(fc.constantFrom(0, 60), fc.nat({ max: 300 })),
  /** When it is looked at, which may even be before the window ends. */
  late: fc.oneof(fc.constantFrom(0, 2), fc.nat({ max: 300 })),
});

const request = fc.record({ kind: fc.constantFrom('halt' as const, 'resume' as const, 'abort' as const) });

type Event =
  typeof look extends fc.Arbitrary<infer Look> ? Look | { kind: 'halt' | 'resume' | 'abort' } : never;
const events: fc.Arbitrary<Event[]> = fc.array(
  fc.oneof({ arbitrary: look, weight: 8 }, { arbitrary: request, weight: 1 }),
  { maxLength: 15 },
);

const policies: fc.Arbitrary<RolloutPolicy> = fc
  .record({
    shadowed: fc.boolean(),
    shares: fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { minLength: 1, maxLength: 4 }),
    labels: fc.constantFrom('required' as const, 'optional' as const, undefined),
    watched: fc.boolean(),
    minimumMinutes: fc.constantFrom(0, 30),
  })
  .map(({ shadowed, shares, labels, watched, minimumMinutes }) => {
    const { shadow: stage, quality, scores, ...rest } = samplePolicy;
    const rising = [...shares].sort((a, b) => a - b);
    return rolloutPolicySchema.parse({
      ...rest,
      canary: rising.map((percent) => ({ share: percent / 100, minimumRequests: 1_000, minimumMinutes })),
      ...(shadowed && { shadow: stage }),
      ...(watched && { scores }),
      ...(labels && { quality: { ...quality, labels } }),
    });
  });

const worlds = policies.chain((policy) =>
  fc.record({
    policy: fc.constant(policy),
    state: fc
      .record({
        status: fc.oneof(
          { arbitrary: fc.constantFrom('running', 'held', 'halted'), weight: 6 },
          { arbitrary: fc.constantFrom('full', 'rolled-back', 'aborted'), weight: 1 },
        ),
        step: fc.nat({ max: stagesOf(policy).length - 1 }),
      })
      .map(
        (place): RolloutState =>
          rolloutStateSchema.parse({ ...about, ...place, since: 0, waitingSince: 0, decisions: [] }),
      ),
    events,
  }),
);

function apply(state: RolloutState, event: Event, policy: RolloutPolicy): RolloutStep | undefined {
  const now = state.since + minute * ('late' in event ? event.late : 0);
  if (event.kind === 'look') return advance(state, evidenceOf(state, event), policy, now);
  const ask = { halt: haltRollout, resume: resumeRollout, abort: abortRollout }[event.kind];
  const allowed = event.kind === 'resume' ? state.status === 'halted' : !hasEnded(state);
  if (allowed) return ask(state, 'ada', 'Because.', now);
  expect(() => ask(state, 'ada', 'Because.', now)).toThrow();
  return undefined;
}

function evidenceOf(
  state: RolloutState,
  { champion, candidate, shadow, from, minutes }: Extract<Event, { kind: 'look' }>,
): Evidence {
  const start = state.since + from * minute;
  return { window: { from: start, to: start + minutes * minute }, champion, candidate, shadow };
}

/** Calls `check` for every step of many rollouts. */
function forAllSteps(
  check: (before: RolloutState, step: RolloutStep, event: Event, policy: RolloutPolicy) => void,
): void {
  fc.assert(
    fc.property(worlds, ({ policy, state, events }) => {
      let current = state;
      for (const event of events) {
        const step = apply(current, event, policy);
        if (!step) continue;
        check(current, step, event, policy);
        current = step.state;
      }
    }),
    { numRuns: 400 },
  );
}

it('made-up evidence is legal, and all actions and verdicts come up', () => {
  const seen = new Set<string | null>();
  forAllSteps((before, { decision }, event) => {
    if (event.kind === 'look') evidenceSchema.parse(evidenceOf(before, event));
    seen.add(decision.action).add(decision.verdict);
  });
  expect([...seen].sort()).toEqual(
    [
      'abort',
      'advance',
      'fail',
      'halt',
      'hold',
      'inconclusive',
      null,
      'pass',
      'promote',
      'resume',
      'roll-back',
      'wait',
    ].sort(),
  );
});

it('the weights sum to 1, all positive, and the champion has some until the candidate has all', () => {
  forAllSteps((_, { state }, __, policy) => {
    const traffic = trafficOf(state, policy);
    expect(traffic.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    expect(traffic.every(({ weight }) => weight > 0)).toBe(true);
    expect(traffic.some(({ target }) => target === '3')).toBe(state.status !== 'full');
  });
});

it('a step follows from a pass of the one before only, and full traffic from a pass of the last', () => {
  forAllSteps((before, { state, decision }, _, policy) => {
    expect([before.step, before.step + 1]).toContain(state.step);
    if (state.step !== before.step) expect(decision).toMatchObject({ action: 'advance', verdict: 'pass' });
    if (state.status === 'full' && before.status !== 'full') {
      expect(decision).toMatchObject({ action: 'promote', verdict: 'pass' });
      expect(before.step).toBe(stagesOf(policy).length - 1);
    }
    if (decision.verdict === 'pass' && decision.action !== 'wait') expect(before.status).not.toBe('halted');
  });
});

it('a failure always returns all traffic to the champion, and what has ended stays as it is', () => {
  forAllSteps((before, { state, decision }, _, policy) => {
    if (decision.verdict === 'fail') expect(state.status).toBe('rolled-back');
    if (state.status === 'rolled-back' || state.status === 'aborted')
      expect(trafficOf(state, policy)).toEqual([{ target: '3', weight: 1 }]);
    if (hasEnded(before)) expect(state).toBe(before);
  });
});

it('without traffic of the candidate nothing fails and nothing passes', () => {
  forAllSteps((before, { decision }, event) => {
    const silent = event.kind === 'look' && (event.candidate?.requests ?? 0) === 0 && event.shadow === null;
    if (silent && !hasEnded(before)) expect(decision.verdict).toBe('inconclusive');
  });
});

it('the same evidence a second time changes nothing', () => {
  forAllSteps((before, { state }, event, policy) => {
    if (event.kind !== 'look') return;
    const now = before.since + event.late * minute;
    expect(advance(state, evidenceOf(before, event), policy, now).state).toBe(state);
  });
});

it('the record only grows, by what changed the state, and all of it is JSON that its schema takes back', () => {
  forAllSteps((before, { state, decision }) => {
    const grown = decision.action === 'wait' ? before.decisions : [...before.decisions, decision];
    expect(state.decisions).toEqual(grown);
    expect(rolloutStateSchema.parse(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });
});
