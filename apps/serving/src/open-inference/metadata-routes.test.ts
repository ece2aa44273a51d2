// What the server and its models say of themselves.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  makeChampion,
  promoteSum,
  registerSum,
  serve,
  tamper,
  temporaryRegistry,
} from '../sum-model.fixture.ts';
import { type ServedModels, serveModels } from './open-inference.fixture.ts';

let served: ServedModels;

beforeAll(async () => {
  // However slow the machine is at the moment, the model is cheap enough.
  served = await serveModels({ limits: { inlineBudgetMs: 10_000 } });
});

afterAll(() => served[Symbol.asyncDispose]());

describe.each(['', '/ready'])('GET /v2/models/…%s', (end) => {
  test.each([
    ['a model that is not served', 'ad', 'Did you mean add?'],
    ['a name that is a path', '..%2f..%2fregistry', 'No model ../../registry is served'],
    ['the name __proto__', '__proto__', 'No model __proto__ is served'],
    ['a version that there is not', 'add/versions/7', 'no version 7'],
    ['a version that is no number', 'add/versions/1.0', 'has no version "1.0"'],
  ])('is 404 for %s', async (_name, address, message) => {
    const answer = await served.get(`/v2/models/${address}${end}`);
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({ error: expect.stringContaining(message) });
  });
});

test.each(['/v2', '/v2/'])(
  '%s tells the server’s name, its version and the extensions that it has',
  async (url) => {
    const answer = await served.get(url);
    expect(answer.json()).toEqual({
      name: 'flightdeck',
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
      extensions: ['binary_tensor_data', 'model_repository', 'model_repository(unload_dependents)'],
    });
  },
);

test.each(['/v2/models/add', '/v2/models/add/versions/1'])(
  '%s tells inputs and outputs from the graph, and what is served and how',
  async (url) => {
    const tensor = (name: string) => ({ name, datatype: 'FP32', shape: [-1, 3] });
    expect((await served.get(url)).json()).toEqual({
      name: 'add',
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: [tensor('a'), tensor('b')],
      outputs: [tensor('sum'), tensor('difference')],
      parameters: {
        version: '1',
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        loaded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        placement: 'inline',
        max_batch_rows: 64,
        run_fixed_ms: expect.any(Number),
        run_per_row_ms: expect.any(Number),
        memory_bytes: expect.any(Number),
      },
    });
  },
);

test.each(['add', 'add/versions/1'])('%s is ready', async (address) => {
  const answer = await served.get(`/v2/models/${address}/ready`);
  expect([answer.statusCode, answer.json()]).toEqual([200, { name: 'add', ready: true }]);
});

test('a version that does not load leaves the old one ready, and the reason is in the metadata until one does', async () => {
  const { registry, home, converge } = served;
  const broken = await registerSum(registry, { bias: 1 });
  await tamper(home, broken, 'model.onnx');
  await makeChampion(registry, broken);
  await converge();
  expect((await served.get('/v2/models/sum/ready')).statusCode).toBe(200);
  expect((await served.get('/v2/models/sum')).json()).toMatchObject({
    versions: ['1', '2'],
    parameters: {
      version: '1',
      failed_version: '2',
      failure_code: 'BUNDLE_TAMPERED',
      failure: expect.stringContaining('model.onnx'),
    },
  });

  const named = await served.get('/v2/models/sum/versions/2/ready');
  expect(named.json()).toEqual({ error: expect.stringContaining('model.onnx') });

  await promoteSum(registry, { bias: 2 });
  await converge();
  const { parameters } = (await served.get('/v2/models/sum')).json();
  expect(parameters.version).toBe('3');
  expect(parameters).not.toHaveProperty('failure');
});

test('a version that no endpoint names answers by its number', async () => {
  const other = await registerSum(served.registry, { model: 'add-two' });
  await makeChampion(served.registry, other);
  await promoteSum(served.registry, { model: 'add-two', bias: 1 });
  await served.converge();
  const infer = (version: string) =>
    served.post(`/v2/models/add-two${version}/infer`, {
      inputs: ['a', 'b', 'origin'].map((name) =>
        name === 'origin'
          ? { name, datatype: 'BYTES', shape: [1, 1], data: [''] }
          : { name, datatype: 'FP32', shape: [1, 1], data: [0] },
      ),
    });
  const [first, second] = [await infer('/versions/1'), await infer('')];
  expect(first.json()).toMatchObject({ model_version: '1', outputs: [{ data: [0.5] }] });
  expect(second.json()).toMatchObject({
    model_version: '2',
    outputs: [{ data: [expect.closeTo(0.731, 3)] }],
  });
});

test('a server without a model is not ready, and says so of any', async () => {
  await using state = await temporaryRegistry();
  await using empty = await serve(state.registry);
  for (const url of ['/v2/health/ready', '/v2/models/sum', '/v2/models/sum/ready']) {
    const answer = await empty.app.inject(url);
    expect(answer.statusCode, url).toBe(503);
    expect(answer.json()).toEqual({ error: expect.any(String) });
  }
});
