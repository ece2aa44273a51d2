// Convergence on a real registry: what is served follows its endpoints, and a failure costs nothing that already answered.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { manualClock } from '@flightdeck/core';
import { bundleFiles, type Registry } from '@flightdeck/registry';
import { describe, expect, test } from 'vitest';
import { binaryRequest, type NamedTensor } from '../open-inference/tensors.fixture.ts';
import {
  makeChampion,
  promoteSum,
  registerSum,
  serve,
  sigmoid,
  tamper,
  temporaryRegistry,
} from '../sum-model.fixture.ts';

type Serving = Awaited<ReturnType<typeof serve>>;

async function ready({ app }: Serving) {
  const answer = await app.inject('/v2/health/ready');
  return { status: answer.statusCode, body: answer.json() };
}

async function predict({ app }: Serving, model = 'sum') {
  const payload = { instance: { a: 0, b: 0 } };
  const answer = await app.inject({ method: 'POST', url: `/v1/models/${model}/predict`, payload });
  return { status: answer.statusCode, body: answer.json() };
}

async function metric({ app }: Serving, line: string) {
  return (await app.inject('/metrics')).body
    .split('\n')
    .find((candidate) => candidate.startsWith(`${line} `));
}

/** Rows whose sum is 2, all of them. */
function manySums(rows: number): NamedTensor[] {
  const dims = [rows, 1];
  const shape = ['rows', 1];
  const ones = new Float32Array(rows).fill(1);
  const origins = new Array<string>(rows).fill('');
  return [
    { info: { name: 'a', type: 'float32', shape }, tensor: { type: 'float32', dims, data: ones } },
    { info: { name: 'b', type: 'float32', shape }, tensor: { type: 'float32', dims, data: ones } },
    { info: { name: 'origin', type: 'string', shape }, tensor: { type: 'string', dims, data: origins } },
  ];
}

test('before the registry was read nothing is ready, and the reason is told', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  expect(await ready(serving)).toMatchObject({
    status: 503,
    body: { error: expect.stringContaining('not been read') },
  });
});

test('an empty registry is not ready; a champion makes it ready without a restart', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  expect(await serving.converge()).toEqual([]);
  expect(await ready(serving)).toMatchObject({
    status: 503,
    body: { error: expect.stringContaining('no endpoint. Train a model with `npx flightdeck train`') },
  });
  expect(await predict(serving)).toMatchObject({
    status: 503,
    body: { error: { code: 'MODEL_NOT_READY', message: expect.stringContaining('npx flightdeck train') } },
  });

  const version = await registerSum(state.registry);
  expect(await serving.converge()).toEqual([]);
  expect((await ready(serving)).status).toBe(503);

  await makeChampion(state.registry, version);
  expect(await serving.converge()).toMatchObject([{ kind: 'loaded', endpoint: 'sum' }]);
  expect(await ready(serving)).toEqual({ status: 200, body: { ready: true } });
  expect((await predict(serving)).status).toBe(200);
});

test('it is not ready while one endpoint is loaded and another is still to come', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  for (const model of ['first', 'second', 'third']) await promoteSum(state.registry, { model });

  let converging = true;
  const pass = serving.converge().finally(() => {
    converging = false;
  });
  const loadedAtReady: number[] = [];
  while (converging) {
    // A whole turn of the event loop, which the pass needs to get on.
    await setImmediate();
    const { status } = await ready(serving);
    if (status === 200) loadedAtReady.push(serving.state.endpoints().filter(({ loaded }) => loaded).length);
  }
  expect(await pass).toMatchObject(Array.from({ length: 3 }, () => ({ kind: 'loaded' })));
  expect(loadedAtReady.every((count) => count === 3)).toBe(true);
  expect((await ready(serving)).status).toBe(200);
});

test('a tampered first version never becomes ready, and says why everywhere', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  const version = await promoteSum(state.registry);
  await tamper(state.home, version, bundleFiles.model);

  expect(await serving.converge()).toMatchObject([
    { kind: 'failed', endpoint: 'sum', repeated: false, failure: { code: 'BUNDLE_TAMPERED' } },
  ]);
  const reason = expect.stringContaining('model.onnx has changed since it was registered');
  expect(await ready(serving)).toMatchObject({ status: 503, body: { error: reason } });
  expect(await predict(serving)).toMatchObject({
    status: 503,
    body: { error: { code: 'MODEL_NOT_READY', message: reason } },
  });
  expect((await serving.app.inject('/v1/models')).json().models).toEqual([
    {
      name: 'sum',
      served: null,
      traffic: [],
      shadows: [],
      failure: { version: 1, code: 'BUNDLE_TAMPERED', message: reason },
    },
  ]);
  expect(await metric(serving, 'flightdeck_model_diverged{model="sum"}')).toMatch(/ 1$/);
  expect(await metric(serving, 'flightdeck_model_loads_total{model="sum",result="failed"}')).toMatch(/ 1$/);
});

test('a tampered second version leaves the first one serving and ready, until it is moved back or mended', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  const first = await promoteSum(state.registry, { bias: 0 });
  await serving.converge();
  const second = await promoteSum(state.registry, { bias: 1 });
  await tamper(state.home, second, bundleFiles.golden);

  expect(await serving.converge()).toMatchObject([{ kind: 'failed', failure: { version: { version: 2 } } }]);
  expect(await ready(serving)).toMatchObject({ status: 200 });
  expect(await predict(serving)).toMatchObject({ status: 200, body: { version: 1 } });
  expect((await serving.app.inject('/v1/models')).json().models[0]).toMatchObject({
    served: { version: 1 },
    failure: { version: 2, code: 'BUNDLE_TAMPERED' },
  });

  await makeChampion(state.registry, first);
  expect(await serving.converge()).toEqual([{ kind: 'recovered', endpoint: 'sum' }]);
  expect(await metric(serving, 'flightdeck_model_diverged{model="sum"}')).toMatch(/ 0$/);
});

test('a failing version is told once, tried again ever more rarely, and taken once it is mended', async () => {
  await using state = await temporaryRegistry();
  const clock = manualClock(1000);
  await using serving = await serve(state.registry, { clock });
  const version = await promoteSum(state.registry);
  await tamper(state.home, version, bundleFiles.golden);

  const attemptsAt: number[] = [];
  const told: number[] = [];
  for (let second = 0; second < 40; second++, clock.advance(1000)) {
    for (const change of await serving.converge()) {
      attemptsAt.push(second);
      if (change.kind === 'failed' && !change.repeated) told.push(second);
    }
  }
  expect(attemptsAt).toEqual([0, 1, 3, 7, 15, 31]);
  expect(told).toEqual([0]);

  await tamper(state.home, version, bundleFiles.golden);
  clock.advance(64_000);
  expect(await serving.converge()).toMatchObject([{ kind: 'loaded' }]);
});

test('a moved alias is followed, and the old session is let go', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await promoteSum(state.registry, { bias: 0 });
  await serving.converge();
  expect((await predict(serving)).body).toMatchObject({ version: 1, prediction: { probability: 0.5 } });
  expect(await serving.converge()).toEqual([]);

  await promoteSum(state.registry, { bias: 1 });
  expect(await serving.converge()).toMatchObject([{ kind: 'loaded', model: { version: { version: 2 } } }]);
  expect((await predict(serving)).body).toMatchObject({
    version: 2,
    prediction: { probability: expect.closeTo(sigmoid(1), 6) },
  });
  expect(await metric(serving, 'flightdeck_model_info{model="sum",version="1"')).toBeUndefined();
});

test('no request fails while the alias moves back and forth under a continuous stream', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  const versions = [
    await promoteSum(state.registry, { bias: 0 }),
    await registerSum(state.registry, { bias: 1 }),
  ];
  await serving.converge();

  let moving = true;
  const seen = new Set<number>();
  const caller = async () => {
    while (moving) {
      const { status, body } = await predict(serving);
      expect(status).toBe(200);
      // Each answer is all of one version: its number and its arithmetic agree.
      expect(body.prediction.probability).toBeCloseTo(sigmoid(body.version - 1), 6);
      seen.add(body.version);
    }
  };
  const callers = Array.from({ length: 4 }, caller);
  for (let move = 1; move <= 20; move++) {
    await makeChampion(state.registry, versions[move % 2]!);
    expect(await serving.converge()).toMatchObject([{ kind: 'loaded' }]);
    await predict(serving);
  }
  moving = false;
  await Promise.all(callers);
  expect([...seen].sort()).toEqual([1, 2]);
});

test('one endpoint that fails neither stops the others nor lets the whole be ready', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await tamper(state.home, await promoteSum(state.registry, { model: 'broken', bias: 3 }), bundleFiles.model);
  await promoteSum(state.registry, { model: 'sound', bias: 0 });
  await serving.converge();
  expect(await predict(serving, 'sound')).toMatchObject({ status: 200, body: { model: 'sound' } });
  expect(await ready(serving)).toMatchObject({
    status: 503,
    body: { error: expect.stringContaining('broken: ') },
  });
});

test('an endpoint may serve a version by its number, under a name of its own', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await promoteSum(state.registry, { bias: 0 });
  await promoteSum(state.registry, { bias: 1 });
  await state.registry.endpoints.put({ name: 'pinned', model: 'sum', traffic: [{ target: '1', weight: 1 }] });
  await serving.converge();
  expect((await predict(serving, 'pinned')).body).toMatchObject({ model: 'pinned', version: 1 });
  expect((await predict(serving, 'sum')).body).toMatchObject({ model: 'sum', version: 2 });
});

test('an endpoint that is given another model of the same version number serves that one', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await promoteSum(state.registry, { model: 'sum' });
  const other = await promoteSum(state.registry, { model: 'other' });
  await serving.converge();
  const traffic = [{ target: 'champion', weight: 1 }];
  await state.registry.endpoints.put({ name: 'sum', model: 'other', traffic });
  expect(await serving.converge()).toMatchObject([
    { kind: 'loaded', endpoint: 'sum', model: { version: other } },
  ]);
});

describe('a traffic split', () => {
  const answersOf = async (serving: Serving, units: readonly string[]) => {
    const instances = units.map((unit) => ({ a: 0, b: 0, unit }));
    const answer = await serving.app.inject({
      method: 'POST',
      url: '/v1/models/sum/predict',
      payload: { instances },
    });
    expect(answer.statusCode).toBe(200);
    return answer.json().predictions as { version: number; probability: number; predictionId: string }[];
  };
  const units = Array.from({ length: 1000 }, (_, i) => `unit-${i}`);
  const splitSum = async (registry: Registry, canary: number, weight: number) =>
    registry.endpoints.put({
      name: 'sum',
      model: 'sum',
      salt: 'test',
      traffic: [
        { target: 'champion', weight: 1 - weight },
        { target: String(canary), weight },
      ],
    });

  test('gives every unit one version, in the declared shares, and each answer is all of its version', async () => {
    await using state = await temporaryRegistry();
    await using serving = await serve(state.registry);
    await promoteSum(state.registry, { bias: 0 });
    const canary = await registerSum(state.registry, { bias: 1 });
    await splitSum(state.registry, canary.version, 0.2);
    expect(await serving.converge()).toMatchObject([
      { kind: 'loaded', versions: [1, 2] },
      { kind: 'loaded', versions: [1, 2] },
    ]);
    const first = await answersOf(serving, units);
    for (const { version, probability } of first) expect(probability).toBeCloseTo(sigmoid(version - 1), 6);
    const share = first.filter(({ version }) => version === 2).length / units.length;
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.25);
    const again = await answersOf(serving, units.toReversed());
    expect(again.map(({ version }) => version).toReversed()).toEqual(first.map(({ version }) => version));
    expect(new Set([...first, ...again].map(({ predictionId }) => predictionId)).size).toBe(2000);
  });

  test('that grows moves units to the canary alone, and one that ends moves them all back', async () => {
    await using state = await temporaryRegistry();
    await using serving = await serve(state.registry);
    await promoteSum(state.registry, { bias: 0 });
    const { version } = await registerSum(state.registry, { bias: 1 });
    const onCanary: string[][] = [];
    for (const weight of [0.1, 0.5]) {
      await splitSum(state.registry, version, weight);
      await serving.converge();
      const answers = await answersOf(serving, units);
      onCanary.push(units.filter((_, i) => answers[i]!.version === version));
    }
    expect(onCanary[1]).toEqual(expect.arrayContaining(onCanary[0]!));
    await state.registry.endpoints.put({
      name: 'sum',
      model: 'sum',
      traffic: [{ target: 'champion', weight: 1 }],
    });
    expect(await serving.converge()).toMatchObject([{ kind: 'rerouted', versions: [1] }]);
    const answers = await answersOf(serving, units);
    expect(answers.every((answer) => answer.version === 1)).toBe(true);
  });

  test('whose canary cannot be loaded gives its share to the champion, and says why', async () => {
    await using state = await temporaryRegistry();
    await using serving = await serve(state.registry);
    await promoteSum(state.registry, { bias: 0 });
    const canary = await registerSum(state.registry, { bias: 1 });
    await tamper(state.home, canary, bundleFiles.model);
    await splitSum(state.registry, canary.version, 0.5);
    expect(await serving.converge()).toMatchObject([
      { kind: 'loaded' },
      { kind: 'failed', failure: { code: 'BUNDLE_TAMPERED', version: { version: 2 } } },
    ]);
    const answers = await answersOf(serving, units);
    expect(answers.every(({ version }) => version === 1)).toBe(true);
    expect((await ready(serving)).status).toBe(200);
    // It does not keep a rollback of the champion from being followed.
    await promoteSum(state.registry, { bias: 2 });
    await serving.converge();
    expect((await answersOf(serving, ['one']))[0]!.version).toBe(3);
  });

  test('refuses a unit that is none, and takes one by header for all transports', async () => {
    await using state = await temporaryRegistry();
    await using serving = await serve(state.registry);
    await promoteSum(state.registry, { bias: 0 });
    await serving.converge();
    for (const unit of ['', 'two words', 'x'.repeat(129), 7]) {
      const payload = { instance: { a: 0, unit } };
      const answer = await serving.app.inject({ method: 'POST', url: '/v1/models/sum/predict', payload });
      expect(answer.json()).toMatchObject({ error: { code: 'UNIT_INVALID' } });
    }
    const headers = { 'x-unit-id': 'a b' };
    const payload = { instance: { a: 0 } };
    const answer = await serving.app.inject({
      method: 'POST',
      url: '/v1/models/sum/predict',
      payload,
      headers,
    });
    expect(answer.json()).toMatchObject({ error: { code: 'UNIT_INVALID' } });
  });
});

describe('a shadow', () => {
  const shadowed = async (registry: Registry, target: string, rate: number) =>
    registry.endpoints.put({
      name: 'sum',
      model: 'sum',
      traffic: [{ target: 'champion', weight: 1 }],
      shadows: [{ target, rate }],
    });
  const asked = (serving: Serving, result: string) =>
    metric(serving, `flightdeck_shadow_requests_total{model="sum",version="2",result="${result}"}`);

  test('is asked about everything that the champion answers, and changes no answer', async () => {
    await using state = await temporaryRegistry();
    await using serving = await serve(state.registry);
    await promoteSum(state.registry, { bias: 0 });
    await registerSum(state.registry, { bias: 1 });
    await shadowed(state.registry, '2', 1);
    await serving.converge();
    for (let i = 0; i < 5; i++)
      expect((await predict(serving)).body).toMatchObject({ version: 1, prediction: { probability: 0.5 } });
    await serving.shadows.settled();
    expect(await asked(serving, 'answered')).toMatch(/ 5$/);
    // Off by sigmoid(1) - sigmoid(0), each time.
    const line = 'flightdeck_shadow_score_difference_sum{model="sum",version="2"}';
    expect(Number((await metric(serving, line))?.split(' ')[1])).toBeCloseTo(5 * (sigmoid(1) - 0.5), 4);
  });

  test('reads the same rows as the champion, also of a large binary body, whose memory is given back once it is read', async () => {
    const rows = 5000;
    await using state = await temporaryRegistry();
    await using serving = await serve(state.registry, {
      maxInstances: rows,
      limits: { maxQueuedRows: 2 * rows },
    });
    await promoteSum(state.registry, { bias: 0 });
    await registerSum(state.registry, { bias: 1 });
    await shadowed(state.registry, '2', 1);
    await serving.converge();
    const { json, bytes } = binaryRequest(manySums(rows));
    const head = Buffer.from(JSON.stringify(json));
    const answer = await serving.app.inject({
      method: 'POST',
      url: '/v2/models/sum/infer',
      headers: { 'inference-header-content-length': String(head.length) },
      payload: Buffer.concat([head, bytes]),
    });
    expect(answer.statusCode, answer.body).toBe(200);
    await serving.shadows.settled();
    expect(await asked(serving, 'answered')).toMatch(/ 1$/);
    const line = 'flightdeck_shadow_score_difference_sum{model="sum",version="2"}';
    expect(Number((await metric(serving, line))?.split(' ')[1])).toBeCloseTo(
      rows * (sigmoid(3) - sigmoid(2)),
      1,
    );
  });

  test('that is broken is left out, and is no reason not to answer', async () => {
    await using state = await temporaryRegistry();
    await using serving = await serve(state.registry);
    await promoteSum(state.registry, { bias: 0 });
    await tamper(state.home, await registerSum(state.registry, { bias: 1 }), bundleFiles.model);
    await shadowed(state.registry, '2', 1);
    await serving.converge();
    expect((await predict(serving)).status).toBe(200);
    await serving.shadows.settled();
    expect(await asked(serving, 'answered')).toBeUndefined();
    expect(await metric(serving, 'flightdeck_model_diverged{model="sum"}')).toMatch(/ 1$/);
  });
});

test('an endpoint that is gone from the registry is no longer served', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await promoteSum(state.registry);
  await promoteSum(state.registry, { model: 'other', bias: 2 });
  await serving.converge();
  using database = new DatabaseSync(join(state.home, 'registry.sqlite'));
  database.exec("delete from endpoints where name = 'sum'");
  expect(await serving.converge()).toEqual([{ kind: 'removed', endpoint: 'sum' }]);
  expect((await predict(serving)).status).toBe(404);
  expect((await predict(serving, 'other')).status).toBe(200);
});

test('a registry that cannot be read changes nothing that is served, and is told once', async () => {
  await using state = await temporaryRegistry();
  await using serving = await serve(state.registry);
  await promoteSum(state.registry);
  await serving.converge();
  using database = new DatabaseSync(join(state.home, 'registry.sqlite'));
  database.exec('alter table endpoints rename to hidden');
  const unreadable = {
    kind: 'registry-unreadable',
    message: expect.stringMatching(/cannot be read: .*endpoints/),
  };
  expect(await serving.converge()).toMatchObject([{ ...unreadable, repeated: false }]);
  expect(await serving.converge()).toMatchObject([{ ...unreadable, repeated: true }]);
  expect((await predict(serving)).status).toBe(200);
  expect((await ready(serving)).status).toBe(200);
  database.exec('alter table hidden rename to endpoints');
  expect(await serving.converge()).toEqual([]);
});
