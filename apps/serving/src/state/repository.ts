// The repository as the Open Inference Protocol sees it: which models there are, and the wish to serve one or no longer. Wishes
// are endpoints in the registry: this edits desired state, and waits until serving has converged on it.

import { FlightdeckError } from '@flightdeck/core';
import type { ModelVersion, Registry } from '@flightdeck/registry';
import type { DesiredState } from './desired-state.ts';
import type { ModelStore } from './model-store.ts';

export interface RepositoryEntry {
  readonly model: string;
  readonly version: number;
  readonly state: 'READY' | 'UNAVAILABLE';
  /** Why it is unavailable; empty when it is ready. */
  readonly reason: string;
}

export interface Repository {
  /** Every version of every model that could be served. */
  index(): Promise<readonly RepositoryEntry[]>;
  /**
   * Gives the model an endpoint (its champion, or where it has none, its latest version), and resolves once that is served.
   * MODEL_NOT_FOUND, or MODEL_LOAD_FAILED with the reason.
   */
  load(model: string): Promise<void>;
  /** Takes the model's endpoint away and resolves once it is served no more. MODEL_NOT_FOUND. */
  unload(model: string): Promise<void>;
}

export interface RepositoryOptions {
  readonly registry: Registry;
  readonly state: DesiredState;
  readonly store: ModelStore;
  /** Resolves when a pass of the convergence that began after the call has ended. */
  readonly converged: () => Promise<void>;
}

export function repository({ registry, state, store, converged }: RepositoryOptions): Repository {
  function entryOf({ model, version }: ModelVersion): RepositoryEntry {
    const served = state.endpoints().some(({ loaded }) => isVersion(loaded?.version, model, version));
    const ready = served || store.loaded().some((loaded) => isVersion(loaded.version, model, version));
    if (ready) return { model, version, state: 'READY', reason: '' };
    const failure = state.endpoints().find((one) => isVersion(one.failure?.version, model, version))?.failure;
    return { model, version, state: 'UNAVAILABLE', reason: failure?.message ?? 'unloaded' };
  }

  return {
    async index() {
      const entries: RepositoryEntry[] = [];
      for (const { name } of await registry.models.list()) {
        const living = (await registry.versions.list(name)).filter(({ deletedAt }) => deletedAt === null);
        entries.push(...living.map(entryOf));
      }
      return entries;
    },
    async load(model) {
      if (!(await hasEndpoint(registry, model))) {
        const target = await targetOf(registry, model);
        await registry.endpoints.put({ name: model, model, traffic: [{ target, weight: 1 }] });
      }
      await converged();
      const failure = state.find(model)?.failure;
      if (failure)
        throw new FlightdeckError('MODEL_LOAD_FAILED', `Model ${model} cannot be loaded. ${failure.message}`);
    },
    async unload(model) {
      if (!(await registry.endpoints.remove(model)))
        throw new FlightdeckError('MODEL_NOT_FOUND', `No model ${model} is served, so none can be unloaded.`);
      await converged();
    },
  };
}

async function hasEndpoint(registry: Registry, name: string): Promise<boolean> {
  return (await registry.endpoints.list()).some((endpoint) => endpoint.name === name);
}

/** The champion, which later promotions move; a model that was never promoted is served by its latest version. */
async function targetOf(registry: Registry, model: string): Promise<string> {
  const models = await registry.models.list();
  const summary = models.find(({ name }) => name === model);
  if (summary) return 'champion' in summary.aliases ? 'champion' : 'latest';
  throw new FlightdeckError(
    'MODEL_NOT_FOUND',
    `The registry has no model ${JSON.stringify(model.slice(0, 40))}. It has ${models.map(({ name }) => name).join(', ') || 'none'}.`,
  );
}

function isVersion(candidate: ModelVersion | null | undefined, model: string, version: number): boolean {
  return candidate?.model === model && candidate.version === version;
}
