// What a rollout's state means for the world: the alias, the endpoint, the record of decisions. The state is written first; whatever was
// done of the rest when a controller was killed, the next one does what is left, because each of these steps may be done again.

import type { Endpoint, Registry, Transition } from '@flightdeck/registry';
import { hasEnded, type RolloutDecision, shadowOf, trafficOf } from '@flightdeck/rollout';
import type { DecisionLog } from '../decision-log.ts';
import { putEndpoint, toChampion } from '../endpoint-of.ts';
import { contentOf, type Rollout } from './rollout-record.ts';

export interface RolloutStores {
  readonly registry: Registry;
  readonly decisions: DecisionLog;
}

/**
 * Brings alias, endpoint and decisions to where the state says, in this order; then closes what has ended. An ended rollout stays
 * `running` in the registry until all of it is done, so that nobody forgets it.
 */
export async function settle({ registry, decisions }: RolloutStores, rollout: Rollout): Promise<void> {
  const { state, procedure } = rollout;
  if (state.status === 'full') await promote({ registry, decisions }, rollout);
  await putEndpoint(registry, desiredEndpoint(await registry.endpoints.get(procedure.endpoint), rollout));
  for (const [place, decision] of state.decisions.entries())
    await decisions.once(`${state.id}#${place}`, asDecision(rollout, decision));
  if (hasEnded(state))
    await registry.rollouts.save(procedure, { status: state.status, content: contentOf(rollout) });
}

function desiredEndpoint(endpoint: Endpoint, { state, policy }: Rollout): Omit<Endpoint, 'updatedAt'> {
  if (hasEnded(state)) return toChampion(endpoint);
  // By its alias: whoever takes the champion back by hand takes it back here as well.
  const named = (target: string) => (target === String(state.champion) ? 'champion' : target);
  const shadow = shadowOf(state, policy);
  return {
    ...toChampion(endpoint),
    traffic: trafficOf(state, policy).map(({ target, weight }) => ({ target: named(target), weight })),
    shadows: shadow ? [shadow] : [],
    salt: state.id,
  };
}

/** Once, and only where the champion still is the one that the candidate was compared with: a person's move is the last word. */
async function promote({ registry, decisions }: RolloutStores, rollout: Rollout): Promise<void> {
  const { id, model, champion, candidate, decisions: steps } = rollout.state;
  const moves = await registry.aliases.transitions(model, 'champion');
  const current = moves.at(-1)!;
  if (moves.some((move) => isOf(id, move)) || current.to === candidate) return;
  if (current.to === champion) {
    const { why, reasons } = steps.at(-1)!;
    const evidence = { rollout: id, reasons: reasons.map(({ message }) => message) };
    const move = { model, alias: 'champion', version: candidate, expected: champion };
    await registry.aliases.set({ ...move, actor: 'controller', reason: why, evidence });
    return;
  }
  await decisions.once(`${id}#superseded`, {
    model,
    kind: 'abort',
    actor: 'controller',
    reason: `Version ${candidate} has passed, but ${describeMove(current)}: it stays there.`,
    evidence: { rollout: id, transition: current.id },
  });
}

function isOf(rollout: string, { evidence }: Transition): boolean {
  return (evidence as { rollout?: unknown } | null)?.rollout === rollout;
}

export function describeMove({ actor, alias, to, reason }: Transition): string {
  return `${actor} moved ${alias} to version ${to} ("${reason}")`;
}

const kinds: Partial<Record<RolloutDecision['action'], string>> = { start: 'start-rollout' };

function asDecision({ state, procedure, asked }: Rollout, decision: RolloutDecision) {
  const { action, by, why, verdict, reasons, window, from, to, at } = decision;
  const versions = { champion: state.champion, candidate: state.candidate };
  const seen = { verdict, window, reasons: reasons.map((reason) => ({ ...reason })) };
  return {
    model: state.model,
    kind: kinds[action] ?? action,
    actor: by,
    reason: action === 'start' ? `${why} ${asked.why}` : why,
    evidence: { rollout: state.id, endpoint: procedure.endpoint, at, ...versions, from, to, ...seen },
  };
}
