// Taking a champion back: its alias, and whatever shares its traffic with others. Serving follows within its poll interval, on every
// instance. The registry alone is enough, so that it works where nothing else does.

import { join } from 'node:path';
import { FlightdeckError, tryLock } from '@flightdeck/core';
import type { Endpoint, Json, Procedure, Registry, Transition } from '@flightdeck/registry';
import { abortRollout, hasEnded, rolloutStateSchema } from '@flightdeck/rollout';
import { z } from 'zod';

export interface TakeBackRequest {
  readonly home: string;
  readonly model: string;
  readonly actor: string;
  readonly reason: string;
}

export interface TakenBack {
  readonly transition: Transition;
  /** Endpoints that were split or had shadows, and are the champion's alone now. */
  readonly endpoints: readonly string[];
  /** Rollouts that were aborted. */
  readonly rollouts: readonly string[];
}

/**
 * The alias goes first: it is what may be refused, and then nothing has changed. What comes after it the controller does as well, should
 * this process be killed in between. NOTHING_TO_ROLL_BACK, ALIAS_NOT_SET.
 */
export async function takeBack(registry: Registry, request: TakeBackRequest): Promise<TakenBack> {
  const { model, actor, reason } = request;
  const transition = await registry.aliases.rollback({ model, alias: 'champion', actor, reason });
  const ours = (await registry.endpoints.list()).filter((endpoint) => endpoint.model === model);
  const [endpoints, rollouts]: [string[], string[]] = [[], []];
  for (const endpoint of ours) {
    const aborted = await abortRunning(registry, endpoint.name, request);
    if (await putBack(registry, endpoint, aborted, request)) endpoints.push(endpoint.name);
    if (aborted === null) continue;
    rollouts.push(aborted.id);
    await close(registry, aborted, request.home);
  }
  return { transition, endpoints, rollouts };
}

/** The part of a rollout's record that is read here; the rest is passed on. */
const recordSchema = z.looseObject({ state: rolloutStateSchema });

/** Writes the abort into the rollout's record, where it stays `running` until all that follows is done. Null where none runs. */
async function abortRunning(
  registry: Registry,
  endpoint: string,
  { actor, reason }: TakeBackRequest,
): Promise<Procedure | null> {
  for (;;) {
    const running = await registry.rollouts.running(endpoint);
    if (running === undefined) return null;
    const record = recordSchema.parse(running.content);
    if (hasEnded(record.state)) return running;
    // Event time is known to the controller alone; that the step had begun by then is certain.
    const { state } = abortRollout(record.state, actor, reason, record.state.since);
    try {
      const content = { ...record, state } as unknown as Json;
      const saved = await registry.rollouts.save(running, { status: 'running', content });
      await tellAbort(registry, saved);
      return saved;
    } catch (error) {
      if (!(error instanceof FlightdeckError && error.code === 'PROCEDURE_MOVED')) throw error;
    }
  }
}

/** As the controller would tell it, under the same key, so that it is told once. */
async function tellAbort({ decisions }: Registry, { endpoint, content }: Procedure): Promise<void> {
  const { state } = recordSchema.parse(content);
  const { at, from, to, by, why } = state.decisions.at(-1)!;
  const { id, model, champion, candidate } = state;
  const key = `${id}#${state.decisions.length - 1}`;
  const evidence = { rollout: id, endpoint, at, champion, candidate, from, to, key };
  await decisions.append({ model, kind: 'abort', actor: by, reason: why, evidence });
}

/** All traffic to the champion, no shadows; whether that is a change. An endpoint that has nothing of the champion's is left alone. */
async function putBack(
  registry: Registry,
  { name, model, traffic, shadows }: Endpoint,
  aborted: Procedure | null,
  { actor, reason }: TakeBackRequest,
): Promise<boolean> {
  const isShared = traffic.length > 1 || shadows.length > 0;
  if (!isShared || !traffic.some(({ target }) => target === 'champion')) return false;
  await registry.endpoints.put({ name, model, traffic: [{ target: 'champion', weight: 1 }], shadows: [] });
  if (aborted === null) {
    const evidence = { endpoint: name, before: { traffic, shadows } } as unknown as Json;
    await registry.decisions.append({ model, kind: 'roll-back', actor, reason, evidence });
  }
  return true;
}

/**
 * Closes an aborted rollout. Where a controller leads, it does so itself at its next tick, after it has put the endpoint back once more:
 * it may have been about to write it when we did.
 */
async function close(registry: Registry, rollout: Procedure, home: string): Promise<void> {
  const lead = tryLock(join(home, 'controller.lock'));
  if (lead === null) return;
  try {
    await registry.rollouts.save(rollout, { status: 'aborted', content: rollout.content });
  } finally {
    lead.release();
  }
}
