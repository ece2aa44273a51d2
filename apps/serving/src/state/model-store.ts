// The models that are loaded, whoever asked for them: endpoints pin theirs, a request for another version borrows one. What
// nobody pins stays as long as the memory budget allows, least recently used first to go, so that rolling back is instant.

import { type Clock, FlightdeckError } from '@flightdeck/core';
import { Overloaded } from '@flightdeck/inference';
import type { ModelVersion } from '@flightdeck/registry';
import type { LoadedModel, ModelLoader } from './model-loader.ts';

export interface ModelStore {
  /** The version, loaded if need be, to be kept until `unpin`. Throws what the loader throws. */
  pin(version: ModelVersion): Promise<LoadedModel>;
  unpin(model: LoadedModel): void;
  /** The version if it is loaded; counts as a use. */
  find(model: string, version: number): LoadedModel | undefined;
  /**
   * The version, loaded if need be, for requests that name it. OVERLOADED when too many such loads wait already,
   * MEMORY_BUDGET_EXCEEDED when the pinned models leave no room for it, or what the loader throws.
   */
  borrow(version: ModelVersion): Promise<LoadedModel>;
  loaded(): readonly LoadedModel[];
  /** Frees every model once its requests are done. */
  close(): Promise<void>;
}

export interface ModelStoreOptions {
  readonly load: ModelLoader;
  readonly clock: Clock;
  /** What all models together should take, bytes, by their own estimates. Pinned ones are kept even beyond it. */
  readonly memoryBudgetBytes: number;
}

interface Entry {
  readonly model: LoadedModel;
  pins: number;
  /** Ordinal of the last use. */
  lastUse: number;
}

/** A version that failed to load for a request is not tried again at every request. Milliseconds. */
const failurePauseMs = 10_000;
/** Requests name versions as they like; so many loads may wait behind each other. */
const mostWaiting = 8;
const retryAfterMs = 1_000;

export function modelStore({ load, clock, memoryBudgetBytes }: ModelStoreOptions): ModelStore {
  const entries = new Map<string, Entry>();
  const loading = new Map<string, Promise<Entry>>();
  const failures = new Map<string, { readonly error: unknown; readonly until: number }>();
  const retiring = new Set<Promise<void>>();
  let uses = 0;
  let waiting = 0;
  let lastBorrowed: Promise<unknown> = Promise.resolve();

  /** One load for all who want the same version at the same time. */
  function entryOf(version: ModelVersion): Promise<Entry> {
    const key = keyOf(version);
    const present = entries.get(key);
    if (present) return Promise.resolve(present);
    const under = loading.get(key) ?? enter(key, version);
    loading.set(key, under);
    return under;
  }

  async function enter(key: string, version: ModelVersion): Promise<Entry> {
    try {
      const entry: Entry = { model: await load(version), pins: 0, lastUse: ++uses };
      entries.set(key, entry);
      return entry;
    } finally {
      loading.delete(key);
    }
  }

  /** Retires what was not used for longest among what nobody pins, until the rest fits. `spared` goes last. */
  function makeRoom(spared?: Entry): void {
    const idle = [...entries].filter(([, entry]) => entry.pins === 0 && entry !== spared);
    idle.sort(([, a], [, b]) => a.lastUse - b.lastUse);
    for (const [key, entry] of idle) {
      if (bytesOf(entries) <= memoryBudgetBytes) return;
      drop(key, entry);
    }
  }

  function drop(key: string, { model }: Entry): void {
    entries.delete(key);
    // A session that cannot be freed costs memory; nothing that answers may fail because of it.
    const retired = model.runtime
      .retire()
      .catch(() => {})
      .finally(() => retiring.delete(retired));
    retiring.add(retired);
  }

  /** One after the other: loading is work, and whoever names versions must not be able to ask for much of it at once. */
  async function borrowInTurn(version: ModelVersion): Promise<LoadedModel> {
    if (waiting >= mostWaiting) throw tooManyLoads(retryAfterMs);
    waiting++;
    const before = lastBorrowed;
    const mine = (async () => {
      await before.catch(() => {});
      return loadForRequest(version);
    })();
    lastBorrowed = mine;
    return mine.finally(() => waiting--);
  }

  async function loadForRequest(version: ModelVersion): Promise<LoadedModel> {
    const key = keyOf(version);
    const failure = failures.get(key);
    if (failure && clock() < failure.until) throw failure.error;
    failures.delete(key);
    try {
      const entry = await entryOf(version);
      makeRoom(entry);
      if (entry.pins === 0 && bytesOf(entries) > memoryBudgetBytes) {
        drop(key, entry);
        throw budgetExceeded(version, entry.model, memoryBudgetBytes);
      }
      return entry.model;
    } catch (error) {
      failures.set(key, { error, until: clock() + failurePauseMs });
      throw error;
    }
  }

  return {
    async pin(version) {
      const entry = await entryOf(version);
      entry.pins++;
      makeRoom(entry);
      return entry.model;
    },
    unpin({ version }) {
      const entry = entries.get(keyOf(version));
      if (!entry) return;
      entry.pins--;
      entry.lastUse = ++uses;
      makeRoom();
    },
    find(model, version) {
      for (const entry of entries.values()) {
        if (entry.model.version.model !== model || entry.model.version.version !== version) continue;
        entry.lastUse = ++uses;
        return entry.model;
      }
      return undefined;
    },
    borrow: borrowInTurn,
    loaded: () => [...entries.values()].map(({ model }) => model),
    async close() {
      await Promise.allSettled(loading.values());
      for (const [key, entry] of entries) drop(key, entry);
      await Promise.all(retiring);
    },
  };
}

function keyOf({ model, version, digest }: ModelVersion): string {
  return `${model} ${version} ${digest}`;
}

function bytesOf(entries: ReadonlyMap<string, Entry>): number {
  let bytes = 0;
  for (const { model } of entries.values()) bytes += model.runtime.memoryBytes;
  return bytes;
}

function tooManyLoads(retryAfter: number): Overloaded {
  return new Overloaded(
    `${mostWaiting} other versions are waiting to be loaded for requests. Try again, or name the version in an endpoint.`,
    retryAfter,
  );
}

function budgetExceeded({ model, version }: ModelVersion, loaded: LoadedModel, budget: number) {
  return new FlightdeckError(
    'MEMORY_BUDGET_EXCEEDED',
    `Version ${version} of ${model} takes some ${loaded.runtime.memoryBytes} bytes, which the models of the endpoints leave no ` +
      `room for within ${budget}. Raise SERVING_MEMORY_BUDGET_BYTES, or name fewer models in endpoints.`,
    { retryable: true },
  );
}
