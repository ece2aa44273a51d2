// Serving's half of "desired state, reconciled": endpoints are rows in the registry, and each pass of `converge` brings what
// is loaded here closer to them. Nothing is pushed into a running server. A version that does not load changes nothing: the
// old one keeps answering, and the failure is part of the state.

import { type Clock, FlightdeckError, messageOf } from '@flightdeck/core';
import type { Endpoint, ModelVersion, Registry } from '@flightdeck/registry';
import {
  assemble,
  ChampionFailed,
  type Lineup,
  modelsOf,
  release,
  resolveTargets,
  type Wanted,
} from './lineup.ts';
import type { ModelStore } from './model-store.ts';
import type { Change, ServedEndpoint } from './served-endpoint.ts';

export interface DesiredState {
  /** One pass. Never throws: what goes wrong is a change. Passes must not overlap. */
  converge(): Promise<readonly Change[]>;
  endpoints(): readonly ServedEndpoint[];
  find(name: string): ServedEndpoint | undefined;
  /** Null when every endpoint has a loaded version and there is at least one; else what is missing. */
  unreadyReason(): string | null;
}

export interface DesiredStateOptions {
  readonly registry: Registry;
  readonly store: ModelStore;
  readonly clock: Clock;
  /** Milliseconds; a version that failed to load is tried again after 1, 2, 4, … 64 of these. */
  readonly pollMs: number;
}

export function desiredState({ registry, store, clock, pollMs }: DesiredStateOptions): DesiredState {
  const served = new Map<string, ServedEndpoint>();
  let registryProblem: string | null = 'The registry has not been read yet.';

  async function converge(): Promise<readonly Change[]> {
    let desired: readonly Endpoint[];
    try {
      desired = await registry.endpoints.list();
    } catch (error) {
      const message = `The registry cannot be read: ${messageOf(error)}`;
      const repeated = registryProblem === message;
      registryProblem = message;
      return [{ kind: 'registry-unreadable', message, repeated }];
    }
    registryProblem = null;
    const changes = removeAllBut(new Set(desired.map(({ name }) => name)));
    // All of them before the first is loaded: nobody may call this ready while one is still to come.
    for (const { name, model } of desired)
      served.set(name, { lineup: null, loaded: null, failure: null, ...served.get(name), name, model });
    // Side by side: a model that takes its time must not keep another endpoint from its new version.
    const converged = await Promise.all(desired.map(convergeEndpoint));
    return [...changes, ...converged.flat()];
  }

  function removeAllBut(names: ReadonlySet<string>): Change[] {
    const gone = [...served.values()].filter(({ name }) => !names.has(name));
    for (const { name, lineup } of gone) {
      served.delete(name);
      if (lineup !== null) release(lineup, store);
    }
    return gone.map(({ name }) => ({ kind: 'removed', endpoint: name }));
  }

  async function convergeEndpoint(endpoint: Endpoint): Promise<readonly Change[]> {
    const { name } = endpoint;
    const before = served.get(name)!;
    let wanted: Wanted | null = null;
    try {
      wanted = await resolveTargets(registry, endpoint);
      if (wanted.key === before.lineup?.key) return settled(before);
      if (wanted.key === before.failure?.wanted && clock() < before.failure.retryAt) return [];
      const started = clock();
      const { lineup, left } = await assemble(wanted, store);
      const next = { ...before, lineup, loaded: lineup.variants[0]!.model, failure: null };
      // The swap is this one line: a request that found the old line-up keeps it until it has its answer.
      served.set(name, next);
      if (before.lineup !== null) release(before.lineup, store);
      const changes = changesBetween(name, before.lineup, lineup, clock() - started);
      const [first] = left;
      if (first === undefined) return changes;
      return [...changes, failed({ ...next, failure: before.failure }, wanted, first.version, first.error)];
    } catch (error) {
      const version = error instanceof ChampionFailed ? error.version : null;
      return [failed(before, wanted, version, error instanceof ChampionFailed ? error.cause : error)];
    }
  }

  function settled(before: ServedEndpoint): readonly Change[] {
    if (before.failure === null) return [];
    served.set(before.name, { ...before, failure: null });
    return [{ kind: 'recovered', endpoint: before.name }];
  }

  function failed(
    before: ServedEndpoint,
    wanted: Wanted | null,
    version: ModelVersion | null,
    error: unknown,
  ): Change {
    const code = error instanceof FlightdeckError ? error.code : 'LOAD_FAILED';
    const message = messageOf(error);
    const repeated = before.failure?.message === message;
    const attempts = repeated ? before.failure.attempts + 1 : 1;
    const failure = {
      code,
      message,
      version,
      wanted: wanted?.key ?? '',
      attempts,
      retryAt: clock() + pollMs * 2 ** Math.min(attempts - 1, 6),
    };
    served.set(before.name, { ...before, failure });
    return { kind: 'failed', endpoint: before.name, failure, repeated };
  }

  function unreadyReason(): string | null {
    if (served.size === 0) return registryProblem ?? noEndpoint;
    const missing = [...served.values()].filter(({ loaded }) => loaded === null);
    if (missing.length === 0) return null;
    return missing.map(({ name, failure }) => `${name}: ${failure?.message ?? 'loading.'}`).join(' ');
  }

  return {
    converge,
    endpoints: () => [...served.values()],
    find: (name) => served.get(name),
    unreadyReason,
  };
}

const noEndpoint = 'The registry has no endpoint. Train a model with `npx flightdeck train`.';

function changesBetween(
  endpoint: string,
  before: Lineup | null,
  lineup: Lineup,
  milliseconds: number,
): readonly Change[] {
  const models = modelsOf(lineup);
  const versions = models.map(({ version }) => version.version);
  const known = new Set(before === null ? [] : modelsOf(before));
  const joined = models.filter((model) => !known.has(model));
  if (joined.length === 0) return known.size === 0 ? [] : [{ kind: 'rerouted', endpoint, versions }];
  return joined.map((model) => ({ kind: 'loaded', endpoint, model, milliseconds, versions }));
}
