// A policy, and evidence as a window of made-up traffic would give it, for the tests of rollouts.

import { type Random, seededRandom } from '@flightdeck/core';
import type { Evidence, ShadowEvidence, VariantEvidence } from './evidence.ts';
import { type RolloutPolicy, rolloutPolicySchema } from './rollout-policy.ts';
import type { RolloutState } from './rollout-state.ts';

export const minute = 60_000;

export const policy: RolloutPolicy = rolloutPolicySchema.parse({
  shadow: {
    rate: 0.2,
    minimumPairs: 500,
    minimumMinutes: 10,
    maximumDisagreement: 0.1,
    quality: { minimumLabels: 200, logLossMargin: 0.02 },
  },
  canary: [
    { share: 0.05, minimumRequests: 1_000, minimumMinutes: 30 },
    { share: 0.25, minimumRequests: 1_000, minimumMinutes: 30 },
  ],
  service: { errorIncrease: 0.02, p99Ratio: 2 },
  scores: { psi: 0.2, meanDifference: 0.05 },
  quality: {
    labels: 'required',
    minimumLabels: 1_000,
    minimumCoverage: 0.5,
    logLossMargin: 0.1,
    aucMargin: 0.05,
  },
  timeouts: { holdAfterMinutes: 120, haltAfterMinutes: 240 },
});

export const about = { id: 'rollout-1', model: 'flight-delay', champion: 3, candidate: 4 };

const bounds = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200];

export interface Behaviour {
  readonly requests: number;
  readonly failureRate: number;
  /** Median, milliseconds. */
  readonly latency: number;
  /** Added to the logits of the truth: how wrong the scores are. */
  readonly bias: number;
  /** The share of the answers whose label is known. */
  readonly coverage: number;
}

export const fine: Behaviour = { requests: 5_000, failureRate: 0, latency: 5, bias: 0, coverage: 1 };

/** A variant that was asked about rows whose true probability is sigmoid(-2 + normal). */
export function variantOf(behaviour: Partial<Behaviour> = {}, random = seededRandom(1)): VariantEvidence {
  const tally = startTally();
  addTraffic(tally, { ...fine, ...behaviour }, random);
  return variantFrom(tally);
}

export interface Tally {
  requests: number;
  failed: number;
  readonly latencies: number[];
  readonly bins: number[];
  readonly scores: Sums;
  readonly losses: Sums;
}

interface Sums {
  n: number;
  sum: number;
  squares: number;
}

export function startTally(): Tally {
  const sums = () => ({ n: 0, sum: 0, squares: 0 });
  return {
    requests: 0,
    failed: 0,
    latencies: Array<number>(bounds.length + 1).fill(0),
    bins: Array<number>(10).fill(0),
    scores: sums(),
    losses: sums(),
  };
}

export function addTraffic(tally: Tally, behaviour: Behaviour, random: Random): void {
  for (let i = 0; i < behaviour.requests; i++) {
    tally.requests++;
    if (random.uniform() < behaviour.failureRate) {
      tally.failed++;
      continue;
    }
    const latency = behaviour.latency * Math.exp(0.3 * random.normal());
    tally.latencies[bounds.filter((bound) => bound < latency).length]!++;
    const logit = -2 + random.normal();
    const score = 1 / (1 + Math.exp(-logit - behaviour.bias));
    tally.bins[Math.min(9, Math.floor(score * 10))]!++;
    addTo(tally.scores, score);
    if (random.uniform() >= behaviour.coverage) continue;
    const late = random.uniform() < 1 / (1 + Math.exp(-logit));
    addTo(tally.losses, -Math.log(late ? score : 1 - score));
  }
}

function addTo(sums: Sums, value: number): void {
  sums.n++;
  sums.sum += value;
  sums.squares += value ** 2;
}

export function variantFrom({ requests, failed, latencies, bins, scores, losses }: Tally): VariantEvidence {
  return {
    requests,
    failures: failed === 0 ? {} : { MODEL_FAILED: failed },
    latencyMs: { bounds, counts: [...latencies] },
    scores: scores.n < 2 ? null : { ...momentsOf(scores), histogram: [...bins] },
    matured:
      losses.n < 2
        ? null
        : {
            labels: losses.n,
            coverage: losses.n / scores.n,
            logLoss: momentsOf(losses),
            auc: { value: 0.78, standardError: 0.5 / Math.sqrt(losses.n) },
          },
  };
}

function momentsOf({ n, sum, squares }: Sums): { mean: number; variance: number } {
  const mean = sum / n;
  return { mean, variance: Math.max(0, (squares - n * mean ** 2) / (n - 1)) };
}

export const fineShadow: ShadowEvidence = {
  pairs: 2_000,
  failures: {},
  difference: { mean: 0.02, variance: 0.001 },
  latencyMs: variantOf().latencyMs,
  matured: { labels: 1_000, lossDifference: { mean: -0.001, variance: 0.002 } },
};

/** A window of an hour that begins where the state's step did. */
export function evidenceFor(state: Pick<RolloutState, 'since'>, parts: Partial<Evidence> = {}): Evidence {
  return {
    window: { from: state.since, to: state.since + 60 * minute },
    champion: fineChampion,
    candidate: fineCandidate,
    shadow: fineShadow,
    ...parts,
  };
}

const fineChampion = variantOf({ requests: 20_000 }, seededRandom(2));
const fineCandidate = variantOf({ requests: 5_000 }, seededRandom(3));

export const nobody = variantOf({ requests: 0 });
