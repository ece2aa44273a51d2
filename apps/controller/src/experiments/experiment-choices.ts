// What an experiment of a model can be made of, and what it would take: for whoever plans one.

import type { ExperimentChoicesAnswer, ExperimentPlanAnswer, ExperimentTarget } from '@flightdeck/admin-api';
import { FlightdeckError } from '@flightdeck/core';
import type { Registry } from '@flightdeck/registry';
import type { Experiment } from '@flightdeck/rollout';
import { endpointOf } from '../endpoint-of.ts';
import { type LogPlace, withLog } from '../live-log.ts';
import type { ModelPolicy } from '../policy.ts';
import { type TrafficSeen, trafficSeen, trafficUnknown } from './endpoint-traffic.ts';
import { planInDays } from './experiment-plan.ts';

export interface ExperimentChoicesDesk {
  readonly registry: Registry;
  readonly place: LogPlace;
  readonly policyOf: (model: string) => Promise<ModelPolicy>;
  readonly timeOf: (model: string) => number | null;
}

export interface ExperimentChoices {
  /** ENDPOINT_NOT_FOUND. */
  of(model: string): Promise<ExperimentChoicesAnswer>;
  /** ENDPOINT_NOT_FOUND, EXPERIMENT_INVALID. */
  plan(model: string, experiment: Experiment): Promise<ExperimentPlanAnswer>;
}

/** Of event time: what has been seen of seven days does not change much in one hour. */
const freshMs = 3_600_000;
/** Besides what has an alias. */
const latestVersions = 10;

export function experimentChoices({
  registry,
  place,
  policyOf,
  timeOf,
}: ExperimentChoicesDesk): ExperimentChoices {
  const seen = new Map<string, { readonly at: number; readonly found: Promise<TrafficSeen> }>();

  async function trafficOf(model: string, endpoint: string): Promise<TrafficSeen> {
    const now = timeOf(model);
    if (now === null) return trafficUnknown;
    const known = seen.get(endpoint);
    if (known && Math.abs(now - known.at) < freshMs) return known.found;
    const found = withLog(place, model, (database) => trafficSeen(database, endpoint, now));
    seen.set(endpoint, { at: now, found });
    found.catch(() => seen.delete(endpoint));
    return found;
  }

  return {
    async of(model) {
      const { name: endpoint } = await endpointOf(registry, model);
      const [targets, { traffic, metrics }, obstacle] = await Promise.all([
        targetsOf(registry, model),
        trafficOf(model, endpoint),
        obstacleAt(registry, endpoint, timeOf(model)),
      ]);
      return { endpoint, targets, metrics, traffic, obstacle };
    },
    async plan(model, experiment) {
      const { name } = await endpointOf(registry, model);
      const { traffic } = await trafficOf(model, name);
      return planInDays(experiment, traffic, await policyOf(model));
    },
  };
}

/** Aliases, then the latest versions by number. */
async function targetsOf({ aliases, versions }: Registry, model: string): Promise<ExperimentTarget[]> {
  const named = (await aliases.list(model)).map(({ alias, to }) => ({ target: alias, version: to }));
  const { version: latest } = await versions.resolve(model, 'latest');
  const numbers = Array.from({ length: Math.min(latest, latestVersions) }, (_, i) => latest - i);
  const living = await Promise.all(
    numbers.map(async (version) => ((await lives(versions, model, version)) ? [version] : [])),
  );
  return [...named, ...living.flat().map((version) => ({ target: String(version), version }))];
}

async function lives(versions: Registry['versions'], model: string, version: number): Promise<boolean> {
  try {
    await versions.resolve(model, String(version));
    return true;
  } catch (error) {
    if (error instanceof FlightdeckError && /^VERSION_/.test(error.code)) return false;
    throw error;
  }
}

async function obstacleAt(
  { experiments, rollouts }: Registry,
  endpoint: string,
  now: number | null,
): Promise<string | null> {
  if (now === null) return 'The log has no predictions yet, so that there is no event time to begin at.';
  const [experiment, rollout] = await Promise.all([
    experiments.running(endpoint),
    rollouts.running(endpoint),
  ]);
  if (experiment) return `Experiment ${experiment.id} runs at this endpoint, which has one at a time.`;
  if (rollout) return `${rollout.id} is under way, whose traffic an experiment would change.`;
  return null;
}
