// Loading and unloading, which edit the registry that the server converges on.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeChampion, registerSum, tamper } from '../sum-model.fixture.ts';
import { type ServedModels, serveModels } from './open-inference.fixture.ts';

let served: ServedModels;

beforeAll(async () => {
  served = await serveModels();
});

afterAll(() => served[Symbol.asyncDispose]());

describe('the repository refuses', () => {
  test.each([
    [
      'an index with an unknown member',
      'index',
      { reddy: true },
      400,
      '"reddy" is not supported; it takes ready',
    ],
    ['an index of what is ready, in words', 'index', { ready: 'yes' }, 400, 'ready'],
    ['an index that is asked for by a list', 'index', [], 400, 'must be a JSON object'],
    [
      'another configuration',
      'models/add/load',
      { parameters: { config: '{}' } },
      400,
      '"config" is not supported',
    ],
    [
      'files in the place of the registered ones',
      'models/add/load',
      { parameters: { 'file:1/model.onnx': 'AAAA' } },
      400,
      '"file:1/model.onnx" is not supported',
    ],
    ['a member that there is not', 'models/add/unload', { force: true }, 400, '"force" is not supported'],
    [
      'dependents in words',
      'models/add/unload',
      { parameters: { unload_dependents: 'no' } },
      400,
      'unload_dependents',
    ],
    ['to load what is not registered', 'models/nothing/load', {}, 404, 'nothing'],
    ['to load a path', 'models/..%2f..%2fetc/load', {}, 404, ''],
    ['to load by the name of a prototype', 'models/__proto__/load', {}, 404, ''],
    ['to unload what is not served', 'models/nothing/unload', {}, 404, 'No model nothing'],
    ['a repository of a name', 'other/index', {}, 404, 'no POST route'],
  ])('%s', async (_name, address, payload, status, message) => {
    const answer = await served.post(`/v2/repository/${address}`, payload);
    expect(answer.json()).toEqual({ error: expect.stringContaining(message) });
    expect(answer.statusCode).toBe(status);
  });
});

test('the index lists every version, or those that are ready', async () => {
  await registerSum(served.registry, { bias: 1 });
  const sums = async (payload?: object) =>
    (await served.post('/v2/repository/index', payload))
      .json()
      .filter(({ name }: { name: string }) => name === 'sum');
  const ready = { name: 'sum', version: '1', state: 'READY', reason: '' };
  const all = [ready, { name: 'sum', version: '2', state: 'UNAVAILABLE', reason: 'unloaded' }];
  expect(await sums({ ready: true })).toEqual([ready]);
  for (const body of [{ ready: false }, {}, undefined])
    expect((await sums(body)).sort(byVersion)).toEqual(all);
});

test('a model that is unloaded is served no more, until it is loaded again', async () => {
  const ask = async () => (await served.get('/v2/models/add/ready')).statusCode;
  expect(await ask()).toBe(200);
  const unloaded = await served.post('/v2/repository/models/add/unload', {
    parameters: { unload_dependents: false },
  });
  expect([unloaded.statusCode, unloaded.json()]).toEqual([200, {}]);
  expect(await ask()).toBe(404);
  const loaded = await served.post('/v2/repository/models/add/load');
  expect([loaded.statusCode, loaded.json()]).toEqual([200, {}]);
  expect(await ask()).toBe(200);
  expect((await served.post('/v2/repository/models/add/load', {})).statusCode).toBe(200);
});

test('a model that does not load says why', async () => {
  const broken = await registerSum(served.registry, { model: 'broken' });
  await tamper(served.home, broken, 'model.onnx');
  await makeChampion(served.registry, broken);
  const answer = await served.post('/v2/repository/models/broken/load', {});
  expect(answer.statusCode).toBe(400);
  expect(answer.json().error).toContain('model.onnx');
});

function byVersion(a: { version: string }, b: { version: string }): number {
  return Number(a.version) - Number(b.version);
}
