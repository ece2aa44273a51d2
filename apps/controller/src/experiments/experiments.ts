// Experiments: started by a person with a plan, looked at by the controller as their method allows, ended by a verdict or by a person.
// As with rollouts the state is written first, and what follows from it may be done again.

import { FlightdeckError } from '@flightdeck/core';
import type { Endpoint, Registry } from '@flightdeck/registry';
import {
  analyseExperiment,
  type Experiment,
  type ExperimentData,
  type ExperimentVerdict,
} from '@flightdeck/rollout';
import { endpointOf, putEndpoint, toChampion } from '../endpoint-of.ts';
import { longestWindow, type ModelPolicy } from '../policy.ts';
import type { LogView, RolloutDesk } from '../rollouts/look.ts';
import { type Asked, eventTimeUnknown } from '../rollouts/rollouts.ts';
import { gatherExperiment } from './experiment-data.ts';
import { metricOf } from './experiment-metrics.ts';
import { conclusionOf, evidenceOf, isNews, isOver, mismatchIn } from './experiment-progress.ts';
import { contentOf, experimentIn, type RunningExperiment } from './experiment-record.ts';

export interface ExperimentLook {
  readonly data: ExperimentData;
  readonly result: ExperimentVerdict;
}

export interface Experiments {
  list(): Promise<readonly RunningExperiment[]>;
  /** PROCEDURE_NOT_FOUND. */
  get(name: string): Promise<RunningExperiment>;
  /** EXPERIMENT_INVALID, EXPERIMENT_NAME_TAKEN, PROCEDURE_RUNNING, ROLLOUT_RUNNING; what a target's resolving throws. */
  start(model: string, experiment: Omit<Experiment, 'startsAt'>, asked: Asked): Promise<RunningExperiment>;
  /** EXPERIMENT_ENDED. */
  stop(name: string, asked: Asked): Promise<RunningExperiment>;
  /** One look; `log` is null where the model has none yet. */
  look(endpoint: Endpoint, log: LogView | null, policy: ModelPolicy): Promise<void>;
  /** What the last look at it has seen, since this process started. */
  seen(name: string): ExperimentLook | undefined;
}

export interface ExperimentsOptions extends RolloutDesk {
  readonly timeOf: (model: string) => number | null;
}

export function experiments(options: ExperimentsOptions): Experiments {
  const { registry, decisions, exclusively, timeOf } = options;
  const looks = new Map<string, ExperimentLook>();

  async function save(running: RunningExperiment): Promise<RunningExperiment> {
    const content = contentOf(running);
    return experimentIn(await registry.experiments.save(running.procedure, { status: 'running', content }));
  }

  /** Endpoint and decisions as the record says; then closes it where it has ended. */
  async function settle(running: RunningExperiment): Promise<void> {
    const { procedure, model, experiment, ended, asked } = running;
    const endpoint = await registry.endpoints.get(procedure.endpoint);
    await putEndpoint(registry, ended ? toChampion(endpoint) : assigned(endpoint, experiment));
    const tell = (kind: string, actor: string, reason: string) =>
      decisions.once(`${procedure.id}#${kind}`, {
        model,
        kind,
        actor,
        reason,
        evidence: evidenceOf(running),
      });
    await tell('start-experiment', asked.by, `${procedure.id}: ${asked.why}`);
    const mismatch = mismatchIn(running.result);
    if (mismatch) await tell('block-experiment', 'controller', `${procedure.id}: ${mismatch}`);
    if (ended === null) return;
    const kind = ended.how === 'stopped' ? 'stop-experiment' : 'conclude-experiment';
    await tell(kind, ended.by, `${procedure.id}: ${ended.why}`);
    await registry.experiments.save(procedure, { status: ended.how, content: contentOf(running) });
  }

  async function next(
    running: RunningExperiment,
    log: LogView | null,
    policy: ModelPolicy,
  ): Promise<RunningExperiment | undefined> {
    if (running.ended !== null) return undefined;
    const moved = await movedTarget(registry, running);
    const at = log?.now ?? running.experiment.startsAt;
    if (moved !== undefined)
      return { ...running, ended: { at, by: 'controller', how: 'stopped', why: moved } };
    if (log === null || log.now < running.experiment.startsAt) return undefined;
    const { experiment, procedure } = running;
    const labelDelayMs = longestWindow(policy).alarms.quality.labelDelayMinutes * 60_000;
    const scope = { experiment, endpoint: procedure.endpoint, to: log.now, labelDelayMs };
    const during = { from: experiment.startsAt, until: log.now };
    const data = await log.read(during, (database) => gatherExperiment(database, scope));
    const result = analyseExperiment(experiment, data, log.now);
    looks.set(experiment.name, { data, result });
    const units = Object.values(data).reduce((sum, group) => sum + group.units, 0);
    const seen = { ...running, result };
    if (isOver(experiment, result, units))
      return { ...seen, ended: { at, by: 'controller', how: 'concluded', why: conclusionOf(result) } };
    return isNews(running.result, result) ? seen : undefined;
  }

  return {
    seen: (name) => looks.get(name),
    list: async () => (await registry.experiments.list()).map(experimentIn),
    get: async (name) => experimentIn(await registry.experiments.get(name)),
    async start(model, declared, asked) {
      const now = timeOf(model);
      if (now === null) throw eventTimeUnknown(model);
      const experiment = { ...declared, startsAt: now };
      metricOf(experiment);
      return exclusively(async () => {
        const endpoint = await endpointOf(registry, model);
        const rollout = await registry.rollouts.running(endpoint.name);
        if (rollout) throw rolloutRunning(endpoint.name, rollout.id);
        await refuseKnown(registry, experiment.name);
        const versions = await versionsOf(registry, model, experiment);
        const unseen = { result: null, ended: null };
        const content = contentOf({ model, experiment, versions, asked, ...unseen });
        const procedure = await registry.experiments.start(experiment.name, endpoint.name, content);
        const running = experimentIn(procedure);
        await settle(running);
        return running;
      });
    },
    stop(name, { by, why }) {
      return exclusively(async () => {
        const running = experimentIn(await registry.experiments.get(name));
        if (running.ended !== null) throw experimentEnded(running);
        const at = timeOf(running.model) ?? running.experiment.startsAt;
        const stopped = await save({ ...running, ended: { at, by, how: 'stopped', why } });
        await settle(stopped);
        return stopped;
      });
    },
    async look(endpoint, log, policy) {
      const procedure = await registry.experiments.running(endpoint.name);
      if (procedure === undefined) return;
      const seen = await next(experimentIn(procedure), log, policy);
      await exclusively(async () => {
        const current = await registry.experiments.get(procedure.id);
        if (current.revision !== procedure.revision) return; // somebody was faster; the next look finds what they left
        await settle(seen ? await save(seen) : experimentIn(current));
      });
    },
  };
}

function assigned(endpoint: Endpoint, { name, variants }: Experiment): Omit<Endpoint, 'updatedAt'> {
  const traffic = variants.map(({ target, weight }) => ({ target, weight }));
  return { ...toChampion(endpoint), traffic, salt: name };
}

/** Why the experiment is no longer the one that was declared; undefined while it is. */
async function movedTarget(registry: Registry, running: RunningExperiment): Promise<string | undefined> {
  const now = await versionsOf(registry, running.model, running.experiment);
  const moved = Object.entries(running.versions).find(([variant, version]) => now[variant] !== version);
  if (moved === undefined) return undefined;
  const [variant, version] = moved;
  return `${variant} was answered by version ${version} and is by version ${now[variant]} now: that is another experiment.`;
}

async function versionsOf(
  { versions }: Registry,
  model: string,
  { variants }: Experiment,
): Promise<Record<string, number>> {
  const found = variants.map(async ({ name, target }) => {
    const { version } = await versions.resolve(model, target);
    return [name, version] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

async function refuseKnown({ experiments: known }: Registry, name: string): Promise<void> {
  const found = await known.get(name).catch((error: unknown) => {
    if (error instanceof FlightdeckError && error.code === 'PROCEDURE_NOT_FOUND') return undefined;
    throw error;
  });
  if (found === undefined) return;
  throw new FlightdeckError(
    'EXPERIMENT_NAME_TAKEN',
    `There is an experiment ${name} already, and its name decides who gets which variant. Choose another name.`,
  );
}

function rolloutRunning(endpoint: string, id: string): FlightdeckError {
  return new FlightdeckError(
    'ROLLOUT_RUNNING',
    `Endpoint ${endpoint} has ${id} under way, whose traffic an experiment would change. Abort it, or wait for its end.`,
  );
}

function experimentEnded({ experiment, ended }: RunningExperiment): FlightdeckError {
  return new FlightdeckError(
    'EXPERIMENT_ENDED',
    `Experiment ${experiment.name} has ended: ${ended?.why} Start another one, under another name.`,
  );
}
