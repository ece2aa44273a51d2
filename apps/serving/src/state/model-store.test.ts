// Which models stay loaded: on a real registry, with real models, and a budget counted in models of equal size.

import { manualClock } from '@flightdeck/core';
import { bundleFiles, type ModelVersion } from '@flightdeck/registry';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { registerSum, tamper, temporaryRegistry, testLimits } from '../sum-model.fixture.ts';
import { modelLoader } from './model-loader.ts';
import { type ModelStore, modelStore } from './model-store.ts';

const clock = manualClock(0);
let state: Awaited<ReturnType<typeof temporaryRegistry>>;
let versions: ModelVersion[];
let loads: number[];
let bytesPerModel: number;
let store: ModelStore;

/** A store with room for so many models. */
async function openStore(models: number): Promise<ModelStore> {
  const lookupOf = async () => null;
  const load = modelLoader({
    registry: state.registry,
    clock,
    // All in the same place, however slow this machine is today: their memory is compared.
    limits: { ...testLimits, inlineBudgetMs: 10_000 },
    maxModelBytes: 1e6,
    lookupOf,
  });
  const sample = await load(versions[0]!);
  bytesPerModel = sample.runtime.memoryBytes;
  await sample.runtime.retire();
  return modelStore({
    load: (version) => {
      loads.push(version.version);
      return load(version);
    },
    clock,
    memoryBudgetBytes: models * bytesPerModel + 1,
  });
}

const loadedVersions = () => store.loaded().map(({ version }) => version.version);

beforeEach(async () => {
  state = await temporaryRegistry();
  versions = [];
  loads = [];
  for (let bias = 0; bias < 4; bias++) versions.push(await registerSum(state.registry, { bias }));
});

afterEach(async () => {
  await store.close();
  await state[Symbol.asyncDispose]();
});

describe('a version that somebody asked for', () => {
  test('that does not load is refused, and not tried again for a while', async () => {
    store = await openStore(2);
    await tamper(state.home, versions[1]!, bundleFiles.model);
    await expect(store.borrow(versions[1]!)).rejects.toMatchObject({ code: 'BUNDLE_TAMPERED' });
    await expect(store.borrow(versions[1]!)).rejects.toMatchObject({ code: 'BUNDLE_TAMPERED' });
    expect(loads).toEqual([2]);
    clock.advance(10_000);
    await expect(store.borrow(versions[1]!)).rejects.toMatchObject({ code: 'BUNDLE_TAMPERED' });
    expect(loads).toEqual([2, 2]);
  });

  test('is refused where the pinned models leave no room, and they stay', async () => {
    store = await openStore(1);
    await store.pin(versions[0]!);
    await expect(store.borrow(versions[1]!)).rejects.toMatchObject({
      code: 'MEMORY_BUDGET_EXCEEDED',
      message: expect.stringContaining('SERVING_MEMORY_BUDGET_BYTES'),
    });
    expect(loadedVersions()).toEqual([1]);
  });

  test('is refused when too many loads wait already; those that wait are loaded', async () => {
    store = await openStore(4);
    const asked = Array.from({ length: 9 }, (_, i) => store.borrow(versions[i % 4]!));
    const settled = await Promise.allSettled(asked);
    expect(settled.map(({ status }) => status)).toEqual([...Array(8).fill('fulfilled'), 'rejected']);
    expect(settled[8]).toMatchObject({ reason: { code: 'OVERLOADED', retryAfterMs: 1000 } });
    expect(loads).toEqual([1, 2, 3, 4]);
  });

  test('is loaded once for all who ask at the same time', async () => {
    store = await openStore(2);
    const [pinned, borrowed] = await Promise.all([store.pin(versions[0]!), store.borrow(versions[0]!)]);
    expect(borrowed).toBe(pinned);
    expect(loads).toEqual([1]);
  });
});

describe('the memory budget', () => {
  test('lets the least recently used go first', async () => {
    store = await openStore(2);
    await store.borrow(versions[0]!);
    await store.borrow(versions[1]!);
    expect(store.find('sum', 1)?.version.version).toBe(1);
    await store.borrow(versions[2]!);
    expect(loadedVersions()).toEqual([1, 3]);
    expect(store.find('sum', 2)).toBeUndefined();
  });

  test('never lets go of what is pinned, even beyond it', async () => {
    store = await openStore(1);
    for (const version of versions.slice(0, 3)) await store.pin(version);
    expect(loadedVersions()).toEqual([1, 2, 3]);
  });

  test('keeps what was unpinned while there is room, so that going back loads nothing', async () => {
    store = await openStore(2);
    const first = await store.pin(versions[0]!);
    const second = await store.pin(versions[1]!);
    store.unpin(first);
    expect(await store.pin(versions[0]!)).toBe(first);
    store.unpin(second);
    expect(loads).toEqual([1, 2]);
    await store.pin(versions[2]!);
    expect(loadedVersions()).toEqual([1, 3]);
  });

  test('counts pins: what two endpoints name stays when one lets go', async () => {
    store = await openStore(0);
    const model = await store.pin(versions[0]!);
    await store.pin(versions[0]!);
    store.unpin(model);
    expect(loadedVersions()).toEqual([1]);
    store.unpin(model);
    expect(loadedVersions()).toEqual([]);
  });
});
