// Serving's half of "desired state, reconciled": endpoints are rows in the registry, and each pass of `converge` brings what
// is loaded here closer to them. Nothing is pushed into a running server. A version that does not load changes nothing: the
// old one keeps answering, and the failure is part of the state.

import { type Clock, FlightdeckError, messageOf } from '@flightdeck/core';
import type { Endpoint, ModelVersion, Registry } from '@flightdeck/registry';
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
      served.set(name, { loaded: null, failure: null, ...served.get(name), name, model });
    // Side by side: a model that takes its time must not keep another endpoint from its new version.
    const converged = await Promise.all(desired.map(convergeEndpoint));
    return [...changes, ...converged.filter((change) => change !== null)];
  }

  function removeAllBut(names: ReadonlySet<string>): Change[] {
    const gone = [...served.values()].filter(({ name }) => !names.has(name));
    for (const { name, loaded } of gone) {
      served.delete(name);
      if (loaded !== null) store.unpin(loaded);
    }
    return gone.map(({ name }) => ({ kind: 'removed', endpoint: name }));
  }

  async function convergeEndpoint(endpoint: Endpoint): Promise<Change | null> {
    const { name } = endpoint;
    const before = served.get(name)!;
    let version: ModelVersion | null = null;
    try {
      version = await registry.versions.resolve(endpoint.model, onlyTarget(endpoint));
      if (isSame(before.loaded?.version, version)) return settled(before);
      if (isSame(before.failure?.version, version) && clock() < before.failure!.retryAt) return null;
      const started = clock();
      const loaded = await store.pin(version);
      // The swap is this one line: a request that found the old model keeps it until it has its answer.
      served.set(name, { ...before, loaded, failure: null });
      if (before.loaded !== null) store.unpin(before.loaded);
      return { kind: 'loaded', endpoint: name, model: loaded, milliseconds: clock() - started };
    } catch (error) {
      return failed(before, version, error);
    }
  }

  function settled(before: ServedEndpoint): Change | null {
    if (before.failure === null) return null;
    served.set(before.name, { ...before, failure: null });
    return { kind: 'recovered', endpoint: before.name };
  }

  function failed(before: ServedEndpoint, version: ModelVersion | null, error: unknown): Change {
    const code = error instanceof FlightdeckError ? error.code : 'LOAD_FAILED';
    const message = messageOf(error);
    const repeated = before.failure?.message === message;
    const attempts = repeated ? before.failure.attempts + 1 : 1;
    const failure = {
      code,
      message,
      version,
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

/** Traffic is split in a later issue. Serving one of several targets would be a lie, so a split is refused. */
function onlyTarget({ name, traffic }: Endpoint): string {
  const [target, ...others] = traffic;
  if (target !== undefined && others.length === 0) return target.target;
  throw new FlightdeckError(
    'TRAFFIC_SPLIT_UNSUPPORTED',
    `Endpoint ${name} splits its traffic over ${traffic.length} targets; serving takes exactly one. ` +
      'Give one target all the weight.',
  );
}

function isSame(a: ModelVersion | null | undefined, b: ModelVersion): boolean {
  return a?.model === b.model && a.version === b.version && a.digest === b.digest;
}
