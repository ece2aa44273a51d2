// What people do with rollouts: look at them, start, halt, resume, abort, and take a champion back.

import { FlightdeckError } from '@flightdeck/core';
import type { Transition } from '@flightdeck/registry';
import { abortRollout, haltRollout, hasEnded, type RolloutState, resumeRollout } from '@flightdeck/rollout';
import { endpointOf } from '../endpoint-of.ts';
import type { ModelPolicy } from '../policy.ts';
import { aliasOf, begin, type RolloutDesk, rolloutIdOf } from './look.ts';
import { contentOf, type Rollout, rolloutIn } from './rollout-record.ts';
import { settle } from './settle.ts';

/** Who asks, and why: for the record. */
export interface Asked {
  readonly by: string;
  readonly why: string;
}

export interface Rollouts {
  list(only: { endpoint?: string; limit?: number }): Promise<readonly Rollout[]>;
  /** PROCEDURE_NOT_FOUND. */
  get(id: string): Promise<Rollout>;
  /** `version`: where it is left out, the challenger's. PROCEDURE_RUNNING, EXPERIMENT_RUNNING, ROLLOUT_NEEDS_TWO_VERSIONS. */
  start(model: string, version: number | undefined, asked: Asked): Promise<Rollout>;
  /** ROLLOUT_ENDED, or ROLLOUT_NOT_HALTED. */
  change(id: string, action: 'halt' | 'resume' | 'abort', asked: Asked): Promise<Rollout>;
  /** Aborts what runs and gives the alias back to the champion before. NOTHING_TO_ROLL_BACK. */
  takeBack(model: string, asked: Asked): Promise<Transition>;
}

export interface RolloutsOptions extends RolloutDesk {
  readonly policyOf: (model: string) => Promise<ModelPolicy>;
  /** The event time that a model's log has reached; null where it is not known yet. */
  readonly timeOf: (model: string) => number | null;
}

export function rollouts(options: RolloutsOptions): Rollouts {
  const { registry, exclusively, policyOf, timeOf } = options;

  async function move(rollout: Rollout, to: RolloutState): Promise<Rollout> {
    const content = contentOf({ ...rollout, state: to });
    const saved = rolloutIn(await registry.rollouts.save(rollout.procedure, { status: 'running', content }));
    await settle(options, saved);
    return saved;
  }

  function end(rollout: Rollout, { by, why }: Asked): Promise<unknown> {
    const { state } = rollout;
    if (hasEnded(state)) return settle(options, rollout);
    const now = Math.max(timeOf(state.model) ?? 0, state.since);
    return move(rollout, abortRollout(state, by, why, now).state);
  }

  return {
    list: async (only) => (await registry.rollouts.list(only)).map(rolloutIn),
    get: async (id) => rolloutIn(await registry.rollouts.get(id)),
    async start(model, version, asked) {
      const { rollout: policy } = await policyOf(model);
      const now = timeOf(model);
      if (now === null) throw eventTimeUnknown(model);
      return exclusively(async () => {
        const endpoint = await endpointOf(registry, model);
        if (await registry.experiments.running(endpoint.name)) throw experimentRunning(endpoint.name);
        const champion = await registry.versions.resolve(model, 'champion');
        const candidate = version ?? (await aliasOf(registry, model, 'challenger'))?.to;
        if (candidate === undefined) throw nothingToRollOut(model);
        const [latest] = await registry.rollouts.list({ endpoint: endpoint.name, limit: 1 });
        const id = rolloutIdOf({ endpoint: endpoint.name, candidate, after: latest?.id ?? null });
        const versions = { champion: champion.version, candidate };
        return begin(options, endpoint, { id, ...versions, policy, asked, now });
      });
    },
    change(id, action, { by, why }) {
      return exclusively(async () => {
        const rollout = rolloutIn(await registry.rollouts.get(id));
        const { state } = rollout;
        const now = Math.max(timeOf(state.model) ?? 0, state.since);
        const step = { halt: haltRollout, resume: resumeRollout, abort: abortRollout }[action];
        return move(rollout, step(state, by, why, now).state);
      });
    },
    takeBack(model, { by, why }) {
      return exclusively(async () => {
        const { name } = await endpointOf(registry, model);
        const running = await registry.rollouts.running(name);
        if (running) await end(rolloutIn(running), { by, why });
        return registry.aliases.rollback({ model, alias: 'champion', actor: by, reason: why });
      });
    },
  };
}

function experimentRunning(endpoint: string): FlightdeckError {
  return new FlightdeckError(
    'EXPERIMENT_RUNNING',
    `Endpoint ${endpoint} has an experiment under way, whose traffic a rollout would change. Stop it, or wait for its end.`,
  );
}

/** Evidence, cooldowns and windows are all by event time, so that nothing can begin before there is any. */
export function eventTimeUnknown(model: string): FlightdeckError {
  return new FlightdeckError(
    'EVENT_TIME_UNKNOWN',
    `The prediction log of ${model} is empty or has not been read yet, so it is not known what time it is. Send it a prediction, and try again.`,
    { retryable: true },
  );
}

function nothingToRollOut(model: string): FlightdeckError {
  return new FlightdeckError(
    'NOTHING_TO_ROLL_OUT',
    `${model} has no challenger. Name a version, or let a retraining make one.`,
  );
}
