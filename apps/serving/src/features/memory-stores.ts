// The feature stores of an instance that has no Redis: in the memory of one process (other workers have copies), and in a file
// when it ends. What happened after the last save is lost with a crash; a Redis loses nothing.

import { join } from 'node:path';
import { FlightdeckError } from '@flightdeck/core';
import {
  type FeatureStore,
  type MemoryStore,
  memoryStore,
  type OnlinePlan,
} from '@flightdeck/features/online';
import type { FastifyBaseLogger } from 'fastify';

export interface MemoryStores {
  /** The store of a plan, with what was saved of it. */
  open(plan: OnlinePlan): Promise<FeatureStore>;
  /** Saves those that have changed. */
  save(): Promise<void>;
}

export function memoryStores(home: string, log: Pick<FastifyBaseLogger, 'info' | 'warn'>): MemoryStores {
  const stores = new Map<string, Promise<MemoryStore>>();
  const changed = new Set<string>();
  const pathOf = (version: string) => join(home, 'features', `${version}.snapshot`);

  async function restored(plan: OnlinePlan): Promise<MemoryStore> {
    const store = memoryStore(plan);
    try {
      await store.restore(pathOf(plan.version));
      log.info({ view: plan.view.name }, 'features restored');
    } catch (error) {
      if (!(error instanceof FlightdeckError)) throw error;
      if (error.code !== 'SNAPSHOT_MISSING') log.warn({ code: error.code }, error.message);
    }
    return store;
  }

  return {
    async open(plan) {
      const opened = stores.get(plan.version) ?? restored(plan);
      stores.set(plan.version, opened);
      const store = await opened;
      return {
        ...store,
        add(arrivals) {
          changed.add(plan.version);
          return store.add(arrivals);
        },
      };
    },
    async save() {
      for (const version of changed) {
        changed.delete(version);
        await (await stores.get(version)!).save(pathOf(version));
      }
    },
  };
}

/** Encoding a state blocks the process for some tenths of a second, so it is not done often. */
export const saveEveryMs = 300_000;
