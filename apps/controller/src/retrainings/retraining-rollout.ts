// The rollout that a retraining has led to.

import type { RetrainingStatus } from '@flightdeck/queue';
import type { Registry } from '@flightdeck/registry';
import type { RolloutState } from '@flightdeck/rollout';
import { findEndpoint } from '../endpoint-of.ts';
import { rolloutIn } from '../rollouts/rollout-record.ts';
import { resultOf } from './retraining-steps.ts';

/** Rollouts are minutes to weeks long: a version's is among the latest, or nobody looks any more. */
const lookBack = 50;

/** Null where there is none yet. */
export async function rolloutOf(registry: Registry, status: RetrainingStatus): Promise<RolloutState | null> {
  const version = resultOf(status)?.version ?? null;
  const endpoint = version === null ? undefined : await findEndpoint(registry, status.job.model);
  if (endpoint === undefined) return null;
  const latest = await registry.rollouts.list({ endpoint: endpoint.name, limit: lookBack });
  return latest.map((one) => rolloutIn(one).state).find(({ candidate }) => candidate === version) ?? null;
}
