// Moving an alias by hand. Where it is the champion's, nothing else may be deciding about the traffic at the same time.

import { FlightdeckError } from '@flightdeck/core';
import type { Registry, Transition } from '@flightdeck/registry';
import { findEndpoint } from '../endpoint-of.ts';
import type { Exclusively } from '../exclusive.ts';
import type { Asked } from '../rollouts/rollouts.ts';

export interface Promotion {
  readonly model: string;
  readonly alias: string;
  readonly version: number;
  /** Where the alias was when it was decided; undefined where that does not matter. */
  readonly expected?: number | null | undefined;
}

export interface Promotions {
  /**
   * Points the alias at the version, with the gate's opinion as evidence. PROCEDURE_RUNNING or EXPERIMENT_RUNNING where the champion's traffic
   * is shared; ALIAS_MOVED; VERSION_NOT_FOUND, VERSION_DELETED, MODEL_NOT_FOUND, ALIAS_NAME_INVALID.
   */
  promote(promotion: Promotion, asked: Asked): Promise<Transition>;
}

export function promotions({
  registry,
  exclusively,
}: {
  readonly registry: Registry;
  readonly exclusively: Exclusively;
}): Promotions {
  return {
    promote({ model, alias, version, expected }, { by, why }) {
      return exclusively(async () => {
        const { gate } = await registry.versions.get(model, version);
        if (alias === 'champion') await requireNothingUnderWay(registry, model);
        const evidence = { gate: { verdict: gate.verdict, reasons: [...gate.reasons] } };
        const move = { model, alias, version, actor: by, reason: why, evidence };
        return registry.aliases.set({ ...move, ...(expected !== undefined && { expected }) });
      });
    },
  };
}

/** What shares the traffic of the model's champion with others; null where all of it is the champion's. */
export async function underWayAt(
  registry: Registry,
  model: string,
): Promise<{ readonly kind: 'rollout' | 'experiment'; readonly id: string } | null> {
  const endpoint = await findEndpoint(registry, model);
  if (endpoint === undefined) return null;
  const [rollout, experiment] = await Promise.all([
    registry.rollouts.running(endpoint.name),
    registry.experiments.running(endpoint.name),
  ]);
  if (rollout) return { kind: 'rollout', id: rollout.id };
  return experiment ? { kind: 'experiment', id: experiment.id } : null;
}

/** A rollout measures a candidate against the champion that it began with, and an experiment promises its units their variant. */
async function requireNothingUnderWay(registry: Registry, model: string): Promise<void> {
  const found = await underWayAt(registry, model);
  if (found === null) return;
  const { kind, id } = found;
  throw new FlightdeckError(
    kind === 'rollout' ? 'PROCEDURE_RUNNING' : 'EXPERIMENT_RUNNING',
    kind === 'rollout'
      ? `The rollout ${id} is deciding about the champion of ${model}. Abort it, or wait for its end, and decide again.`
      : `The experiment ${id} has units that were promised the champion of ${model}. Stop it, or wait for its end.`,
  );
}
