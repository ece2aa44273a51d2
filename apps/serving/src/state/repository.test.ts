// Wishes on a real registry: what is asked for becomes an endpoint, and what is served follows.

import { bundleFiles } from '@flightdeck/registry';
import { expect, test } from 'vitest';
import { promoteSum, registerSum, serve, tamper, temporaryRegistry } from '../sum-model.fixture.ts';

test('a model that does not exist cannot be loaded, and the answer names those that do', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await registerSum(state.registry);
  await expect(serving.plane.repository.load('summ')).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    message: expect.stringContaining('sum'),
  });
  expect(await state.registry.endpoints.list()).toEqual([]);
});

test('a model whose only version is damaged is not loaded, with the reason, and the wish stays', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await tamper(state.home, await registerSum(state.registry), bundleFiles.model);
  await expect(serving.plane.repository.load('sum')).rejects.toMatchObject({
    code: 'MODEL_LOAD_FAILED',
    message: expect.stringContaining('has changed since it was registered'),
  });
  expect(await serving.plane.repository.index()).toEqual([
    { model: 'sum', version: 1, state: 'UNAVAILABLE', reason: expect.stringContaining('has changed') },
  ]);
});

test('a model without a champion is served by its latest version, one with a champion by that', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await registerSum(state.registry, { bias: 0 });
  await serving.plane.repository.load('sum');
  expect(serving.plane.served('sum').version.version).toBe(1);
  await registerSum(state.registry, { bias: 1 });
  await serving.converge();
  expect(serving.plane.served('sum').version.version).toBe(2);

  await promoteSum(state.registry, { model: 'other', bias: 0 });
  await registerSum(state.registry, { model: 'other', bias: 1 });
  await state.registry.endpoints.remove('other');
  await serving.plane.repository.load('other');
  expect(serving.plane.served('other').version.version).toBe(1);
});

test('what is unloaded is served no more and can be loaded again; unloading what is not served is refused', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await promoteSum(state.registry);
  await serving.converge();
  await serving.plane.repository.unload('sum');
  expect(() => serving.plane.served('sum')).toThrow(/not served yet/);
  expect(await serving.plane.repository.index()).toMatchObject([
    { state: 'UNAVAILABLE', reason: 'unloaded' },
  ]);
  await expect(serving.plane.repository.unload('sum')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  await serving.plane.repository.load('sum');
  expect(await serving.plane.repository.index()).toMatchObject([{ state: 'READY', reason: '' }]);
});

test('a version that no endpoint names is loaded for a request that does, and is ready from then on', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry, { memoryBudgetBytes: 1e9 });
  await promoteSum(state.registry, { bias: 0 });
  await registerSum(state.registry, { bias: 1 });
  await serving.converge();
  for (const unknown of ['3', '0', 'champion', '../2', '1e1', ''])
    await expect(serving.plane.version('sum', unknown)).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
  await expect(serving.plane.version('summ', '2')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  expect((await serving.plane.version('sum', '2')).version.version).toBe(2);
  expect((await serving.plane.repository.index()).map(({ state }) => state)).toEqual(['READY', 'READY']);
});
