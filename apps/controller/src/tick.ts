// One tick: for each model that is served, make the reports that are due, look at the rollout and the experiment, and decide about
// retraining. What fails for one model, or in one part, is told and leaves the others alone.

import { type Clock, FlightdeckError, messageOf } from '@flightdeck/core';
import type { Database } from '@flightdeck/dataset';
import type { Endpoint } from '@flightdeck/registry';
import { findEndpoint } from './endpoint-of.ts';
import type { Experiments } from './experiments/experiments.ts';
import { beginningOf, eventTimeOf, type LogPlace, withLog } from './live-log.ts';
import type { ModelPolicy } from './policy.ts';
import { makeReports, type ReportDesk } from './reports/make-reports.ts';
import type { Retrainings } from './retrainings/retrainings.ts';
import { type Lookout, lookAtRollout } from './rollouts/look.ts';

export interface TickDesk extends Lookout, ReportDesk, LogPlace {
  readonly experiments: Experiments;
  readonly retrainings: Retrainings;
  readonly policyOf: (model: string) => Promise<ModelPolicy>;
  /** By model: where the tick leaves how far its log has come. */
  readonly times: Map<string, number>;
  readonly clock: Clock;
}

export const parts = ['policy', 'log', 'reports', 'rollout', 'experiment', 'retraining'] as const;

export interface Problem {
  readonly model: string;
  readonly part: (typeof parts)[number];
  readonly code: string;
  readonly message: string;
}

export interface Tick {
  /** When it ended, on the clock of this machine. */
  readonly at: number;
  readonly milliseconds: number;
  readonly problems: readonly Problem[];
}

/** Throws only where the registry cannot be read at all. */
export async function runTick(desk: TickDesk): Promise<Tick> {
  const startedAt = desk.clock();
  const models = new Set((await desk.registry.endpoints.list()).map(({ model }) => model));
  const problems: Problem[] = [];
  for (const model of models) problems.push(...(await tickModel(desk, model)));
  const at = desk.clock();
  return { at, milliseconds: at - startedAt, problems };
}

async function tickModel(desk: TickDesk, model: string): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const attempt = async <Result>(part: Problem['part'], work: () => Promise<Result>) => {
    try {
      return await work();
    } catch (error) {
      problems.push(problemOf(model, part, error));
      return undefined;
    }
  };
  const endpoint = await findEndpoint(desk.registry, model);
  const policy = await attempt('policy', () => desk.policyOf(model));
  if (endpoint === undefined || policy === undefined) return problems;
  const steps = { desk, endpoint, policy, attempt, problems };
  const logged = await attempt('log', () => withLog(desk, model, (database) => lookAtLog(steps, database)));
  if (logged) {
    const { now, begins } = logged;
    await attempt('retraining', () => desk.retrainings.consider(endpoint, now, begins));
  }
  return problems;
}

interface Steps {
  readonly desk: TickDesk;
  readonly endpoint: Endpoint;
  readonly policy: ModelPolicy;
  readonly attempt: <Result>(
    part: Problem['part'],
    work: () => Promise<Result>,
  ) => Promise<Result | undefined>;
  readonly problems: Problem[];
}

/** Returns the event time that the log has reached, and where it begins; undefined for an empty one. */
async function lookAtLog(
  { desk, endpoint, policy, attempt, problems }: Steps,
  database: Database,
): Promise<{ now: number; begins: number } | undefined> {
  const { model } = endpoint;
  const reached = await eventTimeOf(database);
  const now = reached === null ? null : reached - policy.latenessMinutes * 60_000;
  if (now !== null) {
    desk.times.set(model, now);
    const failed = await attempt('reports', () => makeReports(desk, { model, database, now }, policy));
    for (const { error } of failed ?? []) problems.push(problemOf(model, 'reports', error));
  }
  const log = now === null ? null : { database, now };
  await attempt('rollout', () => lookAtRollout(desk, endpoint, log, policy));
  await attempt('experiment', () => desk.experiments.look(endpoint, log, policy));
  return now === null ? undefined : { now, begins: await beginningOf(database) };
}

function problemOf(model: string, part: Problem['part'], error: unknown): Problem {
  const code = error instanceof FlightdeckError ? error.code : 'INTERNAL';
  return { model, part, code, message: messageOf(error) };
}
