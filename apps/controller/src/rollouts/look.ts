// One look at a model's rollout: begin one where the challenger has moved, take one step where the evidence says so, and see to it that
// the world is as the state says.

import { FlightdeckError, hashOf } from '@flightdeck/core';
import type { Database } from '@flightdeck/dataset';
import type { Endpoint, Registry, Transition } from '@flightdeck/registry';
import {
  abortRollout,
  advance,
  hasEnded,
  type RolloutDecision,
  type RolloutState,
  startRollout,
} from '@flightdeck/rollout';
import type { Exclusively } from '../exclusive.ts';
import type { ModelPolicy } from '../policy.ts';
import { gatherEvidence } from './evidence.ts';
import { contentOf, type Rollout, type RolloutContent, rolloutIn } from './rollout-record.ts';
import { describeMove, type RolloutStores, settle } from './settle.ts';

export interface RolloutDesk extends RolloutStores {
  readonly exclusively: Exclusively;
}

export interface Lookout extends RolloutDesk {
  /** By rollout: where a look leaves what it found, for people; what changed nothing is recorded nowhere else. */
  readonly looks: Map<string, RolloutDecision>;
}

/** The log, and the event time that it has reached. */
export interface LogView {
  readonly database: Database;
  readonly now: number;
}

/** `log`: null where the model has none yet; what was begun is still brought to its end then. */
export async function lookAtRollout(
  desk: Lookout,
  endpoint: Endpoint,
  log: LogView | null,
  policy: ModelPolicy,
): Promise<void> {
  const running = await desk.registry.rollouts.running(endpoint.name);
  if (running === undefined) {
    if (log !== null) await startWhereDue(desk, endpoint, policy, log.now);
    return;
  }
  const rollout = rolloutIn(running);
  const next = await nextState(desk, rollout, log);
  await desk.exclusively(async () => {
    const current = next ? await save(desk, { ...rollout, state: next }) : await reread(desk, running.id);
    if (current) await settle(desk, current);
  });
}

/** The next state, or undefined where it stays as it is. */
async function nextState(
  { registry, looks }: Lookout,
  { state, policy, procedure }: Rollout,
  log: LogView | null,
): Promise<RolloutState | undefined> {
  if (hasEnded(state)) return undefined;
  const champion = await aliasOf(registry, state.model, 'champion');
  if (champion && champion.to !== state.champion) {
    const why = `${describeMove(champion)} while the rollout ran.`;
    return abortRollout(state, 'controller', why, log?.now ?? state.since).state;
  }
  if (log === null || log.now < state.since) return undefined;
  const evidence = await gatherEvidence(log.database, {
    endpoint: procedure.endpoint,
    champion: state.champion,
    candidate: state.candidate,
    from: state.since,
    to: log.now,
  });
  const step = advance(state, evidence, policy, log.now);
  looks.set(state.id, step.decision);
  return step.decision.action === 'wait' ? undefined : step.state;
}

/** Undefined where somebody has written since: the next look finds what. */
async function save({ registry }: RolloutDesk, rollout: Rollout): Promise<Rollout | undefined> {
  try {
    return rolloutIn(
      await registry.rollouts.save(rollout.procedure, { status: 'running', content: contentOf(rollout) }),
    );
  } catch (error) {
    if (error instanceof FlightdeckError && error.code === 'PROCEDURE_MOVED') return undefined;
    throw error;
  }
}

async function reread({ registry }: RolloutDesk, id: string): Promise<Rollout | undefined> {
  const procedure = await registry.rollouts.get(id);
  return procedure.status === 'running' ? rolloutIn(procedure) : undefined;
}

/**
 * Where the alias `challenger` points to a version that has never been champion, and this move of the alias has not had its rollout.
 * The id derives from the move, so that a controller which is killed here begins it once.
 */
async function startWhereDue(
  desk: RolloutDesk,
  endpoint: Endpoint,
  { rollout: policy }: ModelPolicy,
  now: number,
): Promise<void> {
  const { registry } = desk;
  const { model, name, traffic } = endpoint;
  // Somebody has split the traffic by hand, and it is not ours to undo.
  if (traffic.length !== 1 || traffic[0]!.target !== 'champion') return;
  const challenger = await aliasOf(registry, model, 'challenger');
  const champions = await registry.aliases.transitions(model, 'champion');
  const champion = champions.at(-1);
  if (!challenger || !champion || champions.some(({ to }) => to === challenger.to)) return;
  const id = rolloutIdOf({ endpoint: name, move: challenger.id });
  if (await isKnown(registry, id)) return;
  await desk.exclusively(async () => {
    if (await registry.experiments.running(name)) return;
    const versions = { champion: champion.to, candidate: challenger.to };
    const asked = { by: 'controller', why: `${describeMove(challenger)}.` };
    await begin(desk, endpoint, { id, ...versions, policy, asked, now });
  });
}

export function rolloutIdOf(of: Readonly<Record<string, string | number | null>>): string {
  return `rollout-${hashOf(of).slice(0, 16)}`;
}

async function isKnown({ rollouts }: Registry, id: string): Promise<boolean> {
  try {
    await rollouts.get(id);
    return true;
  } catch (error) {
    if (error instanceof FlightdeckError && error.code === 'PROCEDURE_NOT_FOUND') return false;
    throw error;
  }
}

export interface Beginning extends Omit<RolloutContent, 'state'> {
  readonly id: string;
  readonly champion: number;
  readonly candidate: number;
  readonly now: number;
}

/** PROCEDURE_RUNNING where the endpoint has another one; VERSION_NOT_FOUND, VERSION_DELETED. */
export async function begin(
  desk: RolloutStores,
  { model, name }: Endpoint,
  { id, champion, candidate, policy, asked, now }: Beginning,
): Promise<Rollout> {
  await desk.registry.versions.get(model, candidate);
  const { state } = startRollout({ id, model, champion, candidate }, policy, asked.by, now);
  const rollout = rolloutIn(
    await desk.registry.rollouts.start(id, name, contentOf({ state, policy, asked })),
  );
  await settle(desk, rollout);
  return rollout;
}

export async function aliasOf(
  { aliases }: Registry,
  model: string,
  alias: string,
): Promise<Transition | undefined> {
  return (await aliases.list(model)).find((move) => move.alias === alias);
}
