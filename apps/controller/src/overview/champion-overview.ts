// The champion, where it came from, and how it came to be one.

import type { ChampionOverview } from '@flightdeck/admin-api';
import { FlightdeckError } from '@flightdeck/core';
import {
  bundleFiles,
  type ModelVersion,
  type Registry,
  type Run,
  signatureSchema,
} from '@flightdeck/registry';

type Stores = Pick<Registry, 'aliases' | 'versions' | 'runs'>;

/** Reads champions; what is in a bundle never changes, and is read once. */
export function championReader(registry: Stores): (model: string) => Promise<ChampionOverview | null> {
  const inputs = new Map<string, number>();

  async function inputsOf(version: ModelVersion): Promise<number> {
    const known = inputs.get(version.digest);
    if (known !== undefined) return known;
    const bundle = await registry.versions.open(version);
    const signature = JSON.parse(Buffer.from(await bundle.read(bundleFiles.signature)).toString());
    const found = signatureSchema.parse(signature).inputs.length;
    inputs.set(version.digest, found);
    return found;
  }

  return async (model) => {
    const move = (await registry.aliases.list(model)).find(({ alias }) => alias === 'champion');
    if (!move) return null;
    const version = await registry.versions.get(model, move.to);
    const run = await runOf(registry, version);
    return {
      ...{ version: version.version, runId: version.runId, gate: version.gate, metrics: version.metrics },
      ...{ since: move.at, by: move.actor, reason: move.reason },
      features: await inputsOf(version),
      lineage: run?.lineage ?? null,
      runMs: run?.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : null,
    };
  };
}

async function runOf({ runs }: Pick<Registry, 'runs'>, { runId }: ModelVersion): Promise<Run | null> {
  try {
    return await runs.get(runId);
  } catch (error) {
    if (error instanceof FlightdeckError && error.code === 'RUN_NOT_FOUND') return null;
    throw error;
  }
}
