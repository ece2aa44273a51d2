// An endpoint as the console shows it: who gets what share, by version, and what is under way.

import type { EndpointHead, RolloutHead, Share } from '@flightdeck/admin-api';
import type { Endpoint, Registry } from '@flightdeck/registry';
import { type Rollout, rolloutIn } from '../rollouts/rollout-record.ts';

type Stores = Pick<Registry, 'aliases' | 'rollouts' | 'experiments'>;

export async function headOfEndpoint(registry: Stores, endpoint: Endpoint): Promise<EndpointHead> {
  const { name, model, traffic, shadows, updatedAt } = endpoint;
  const aliases = new Map((await registry.aliases.list(model)).map(({ alias, to }) => [alias, to]));
  const total = traffic.reduce((sum, { weight }) => sum + weight, 0);
  const shareOf = (target: string, share: number): Share => ({
    ...{ target, share },
    version: /^\d+$/.test(target) ? Number(target) : (aliases.get(target) ?? null),
  });
  const rollout = await registry.rollouts.running(name);
  const experiment = await registry.experiments.running(name);
  return {
    ...{ name, model, updatedAt },
    traffic: traffic.map(({ target, weight }) => shareOf(target, weight / total)),
    shadows: shadows.map(({ target, rate }) => shareOf(target, rate)),
    rollout: rollout ? headOfRollout(rolloutIn(rollout)) : null,
    experiment: experiment?.id ?? null,
  };
}

export function headOfRollout({ procedure, state }: Rollout): RolloutHead {
  const { decisions, ...place } = state;
  const { at, action, why } = decisions.at(-1)!;
  return { ...place, endpoint: procedure.endpoint, latest: { at, action, why } };
}
