// How often a rollout is wrong, when it looks at its evidence again and again: seeded canaries by the hundred, each looked at after
// every 100 requests of the candidate.

import { seededRandom } from '@flightdeck/core';
import { expect, it } from 'vitest';
import {
  about,
  addTraffic,
  type Behaviour,
  fine,
  minute,
  startTally,
  variantFrom,
} from './rollout.fixture.ts';
import { advance, startRollout } from './rollout.ts';
import { type RolloutPolicy, rolloutPolicySchema } from './rollout-policy.ts';

const rules = {
  canary: [{ share: 0.2, minimumRequests: 500, minimumMinutes: 0 }],
  service: { errorIncrease: 0.02, p99Ratio: 1.5 },
  timeouts: { holdAfterMinutes: 1_000, haltAfterMinutes: 1_000 },
};

/** Ends of `runs` canaries of at most `looks` looks. */
function endsOf(policy: RolloutPolicy, candidate: Behaviour, runs: number, looks: number, seed: number) {
  const random = seededRandom(seed);
  const ends = { full: 0, 'rolled-back': 0, running: 0 };
  for (let run = 0; run < runs; run++) ends[canary()]++;
  return ends;

  function canary(): keyof typeof ends {
    const state = startRollout(about, policy, 'test', 0).state;
    const [ours, theirs] = [startTally(), startTally()];
    for (let look = 1; look <= looks; look++) {
      addTraffic(ours, { ...candidate, requests: 100 }, random);
      addTraffic(theirs, { ...fine, requests: 400 }, random);
      const evidence = {
        window: { from: 0, to: look * minute },
        champion: variantFrom(theirs),
        candidate: variantFrom(ours),
        shadow: null,
      };
      const { status } = advance(state, evidence, policy, look * minute).state;
      if (status === 'full' || status === 'rolled-back') return status;
    }
    return 'running';
  }
}

/** Log loss of scores that are off by `bias`, minus that of right ones, over logits from N(-2, 1): a sum over a fine grid. */
function lossOfBias(bias: number): number {
  let [sum, weights] = [0, 0];
  for (let z = -6; z <= 6; z += 0.01) {
    const logit = z - 2;
    const late = 1 / (1 + Math.exp(-logit));
    const loss = (shift: number) => Math.log1p(Math.exp(logit + shift)) - late * (logit + shift);
    const weight = Math.exp((-z * z) / 2);
    sum += weight * (loss(bias) - loss(0));
    weights += weight;
  }
  return sum / weights;
}

it('a candidate like the champion goes through, and is hardly ever rolled back by chance', () => {
  const policy = rolloutPolicySchema.parse({
    ...rules,
    scores: { psi: 0.1, meanDifference: 0.02 },
    quality: { labels: 'required', minimumLabels: 500, minimumCoverage: 0.5, logLossMargin: 0.05 },
  });
  const ends = endsOf(policy, fine, 60, 60, 1);
  expect(ends['rolled-back']).toBe(0);
  expect(ends.full).toBeGreaterThanOrEqual(57);
});

it('a candidate exactly at the margin passes, and fails, no more often than an interval at 95 % may be wrong', () => {
  const bias = 0.7;
  const quality = {
    labels: 'required',
    minimumLabels: 500,
    minimumCoverage: 0,
    logLossMargin: lossOfBias(bias),
  };
  const ends = endsOf(rolloutPolicySchema.parse({ ...rules, quality }), { ...fine, bias }, 120, 40, 2);
  expect(ends.full / 120).toBeLessThanOrEqual(0.05);
  expect(ends['rolled-back'] / 120).toBeLessThanOrEqual(0.05);
});

it.each([
  ['fails one request in ten', { ...fine, failureRate: 0.1 }, {}],
  ['takes twice as long', { ...fine, latency: 10 }, {}],
  ['says 0.07 more on average', { ...fine, bias: 0.6 }, { scores: { meanDifference: 0.02 } }],
])('a candidate that %s is rolled back, each time', (_, candidate, more) => {
  const ends = endsOf(rolloutPolicySchema.parse({ ...rules, ...more }), candidate, 50, 40, 3);
  expect(ends['rolled-back']).toBe(50);
});
