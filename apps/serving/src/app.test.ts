// The HTTP face, through inject, over a real registry and a real ONNX model. Refusals first.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from './app.ts';
import { promoteSum, serve, sigmoid, temporaryRegistry } from './sum-model.fixture.ts';

let state: Awaited<ReturnType<typeof temporaryRegistry>>;
let serving: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  state = await temporaryRegistry();
  await promoteSum(state.registry);
  serving = await serve(state.registry, { maxInstances: 10, maxBodyBytes: 1_000_000 });
  await serving.converge();
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
});

const url = '/v1/models/sum/predict';
const json = { 'content-type': 'application/json' };
const predict = (payload: object | string, headers = {}) =>
  serving.app.inject({ method: 'POST', url, payload, headers: { ...json, ...headers } });

describe('a refused request', () => {
  test.each([
    ['text that is not JSON', '{ "instance": '],
    ['nothing at all', ''],
    ['a NaN literal', '{ "instance": { "a": NaN } }'],
    ['an Infinity literal', '{ "instance": { "a": -Infinity } }'],
    ['a __proto__ key', '{ "instance": { "__proto__": { "a": 1 } } }'],
    ['a constructor.prototype key', '{ "instance": { "constructor": { "prototype": { "a": 1 } } } }'],
  ])('with %s as body is malformed JSON', async (_name, payload) => {
    const answer = await predict(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({
      code: 'MALFORMED_JSON',
      message: expect.stringContaining('send null'),
    });
    expect(Object.prototype).not.toHaveProperty('a');
  });

  test.each([
    ['neither instance nor instances', '{}', 'exactly one of instance'],
    ['both', '{ "instance": {}, "instances": [{}] }', 'exactly one of instance'],
    ['another key', '{ "instance": {}, "model": "sum" }', 'and nothing else'],
    ['a list', '[]', 'The body: must be a JSON object'],
    ['a string', '"instance"', 'The body: must be a JSON object'],
    ['null', 'null', 'The body: must be a JSON object'],
    ['instances that are no list', '{ "instances": { "a": 1 } }', 'The body: instances must be a list.'],
  ])('with %s in the body says what the body must be', async (_name, payload, message) => {
    const answer = await predict(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({
      code: 'INVALID_BODY',
      message: expect.stringContaining(message),
    });
  });

  test('with an empty list says what to send', async () => {
    const answer = await predict({ instances: [] });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({
      code: 'NO_INSTANCES',
      message: 'The list of instances is empty. Send at least one.',
    });
  });

  test('with one instance too many names the limit', async () => {
    const answer = await predict({ instances: Array.from({ length: 11 }, () => ({})) });
    expect(answer.statusCode).toBe(413);
    expect(answer.json().error).toMatchObject({
      code: 'TOO_MANY_INSTANCES',
      message: expect.stringContaining('11 instances are over the limit of 10'),
    });
  });

  test('with a body over the limit names the limit', async () => {
    const answer = await predict({ instance: { origin: 'A'.repeat(1_000_000) } });
    expect(answer.statusCode).toBe(413);
    expect(answer.json().error).toMatchObject({
      code: 'BODY_TOO_LARGE',
      message: expect.stringContaining('1000000 bytes'),
    });
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'nonsense'])(
    'with content type %s is told the right one',
    async (type) => {
      const answer = await predict('{ "instance": {} }', { 'content-type': type });
      expect(answer.statusCode).toBe(415);
      expect(answer.json().error).toMatchObject({
        code: 'UNSUPPORTED_MEDIA_TYPE',
        message: expect.stringContaining('application/json'),
      });
    },
  );

  test.each([
    [{ instance: { a: '1' } }, 'WRONG_TYPE', 'Instance 0, field a: expected a number, got the string "1".'],
    [{ instances: [{}, { origin: 3 }] }, 'WRONG_TYPE', 'Instance 1, field origin: expected a string, got 3.'],
    [{ instance: { orign: 'ATL' } }, 'UNKNOWN_FIELD', 'Did you mean origin?'],
    [
      { instance: { a: 11 } },
      'OUT_OF_RANGE',
      'Instance 0, field a: expected at least -10 and at most 10, got 11.',
    ],
    [{ instance: { origin: 'A'.repeat(257) } }, 'STRING_TOO_LONG', 'at most 256 characters'],
    [{ instance: null }, 'WRONG_TYPE', 'Instance 0: expected an object'],
  ])('%j is a %s', async (payload, code, message) => {
    const answer = await predict(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test('with 1e999, which is JSON for infinity, is a wrong type', async () => {
    const answer = await predict('{ "instance": { "b": 1e999 } }');
    expect(answer.json().error).toMatchObject({
      code: 'WRONG_TYPE',
      message: expect.stringContaining('finite'),
    });
  });

  test('that is nested four hundred thousand deep is refused like any other', async () => {
    const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
    const answer = await predict(`{ "instance": { "a": ${deep} } }`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({
      code: 'MALFORMED_JSON',
      message: expect.stringContaining('nested more than 32 levels deep'),
    });
  });

  test.each(['summ', '__proto__', 'constructor', '%F0%9F%9B%AB'])(
    'for model %s lists the known ones',
    async (model) => {
      const answer = await serving.app.inject({
        method: 'POST',
        url: `/v1/models/${model}/predict`,
        payload: { instance: {} },
      });
      expect(answer.statusCode).toBe(404);
      expect(answer.json().error).toMatchObject({
        code: 'MODEL_NOT_FOUND',
        message: expect.stringContaining('Served: sum.'),
      });
    },
  );

  test.each([['GET', '/v1/nothing']] as const)(
    '%s %s is told where the routes are listed',
    async (method, address) => {
      const answer = await serving.app.inject({ method, url: address });
      expect(answer.statusCode).toBe(404);
      expect(answer.json().error).toMatchObject({
        code: 'ROUTE_NOT_FOUND',
        message: expect.stringContaining('GET / lists'),
      });
    },
  );

  test('with a malformed URL has the usual error body and a request id', async () => {
    const answer = await serving.app.inject({ method: 'GET', url: '/v1/%zz' });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({
      code: 'BAD_REQUEST',
      requestId: answer.headers['x-request-id'],
    });
  });

  test('of a known address with another method is told the methods that it has', async () => {
    const answer = await serving.app.inject({ method: 'DELETE', url: '/v1/models/sum/predict' });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('POST');
    expect(answer.json().error).toMatchObject({
      code: 'METHOD_NOT_ALLOWED',
      message: expect.stringContaining('Use POST.'),
    });
  });

  test('below /v2 has the error body of the Open Inference Protocol', async () => {
    const answer = await serving.app.inject('/v2/nothing');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({ error: expect.stringContaining('no GET route') });
  });
});

describe('an error of our own', () => {
  test('is a bare 500: the detail is in the log, under the same request id, and nowhere else', async () => {
    const lines: string[] = [];
    const app = await buildApp({
      metrics: serving.metrics,
      features: serving.features,
      labels: serving.labels,
      plane: {
        ...serving.plane,
        endpoints: () => {
          throw new Error('the password is hunter2');
        },
      },
      invocationsModel: null,
      maxInstances: 1000,
      defaultTimeoutMs: 1000,
      maxBodyBytes: 1000,
      logger: { level: 'info', stream: { write: (line: string) => lines.push(line) } },
    });
    const answer = await app.inject({ url: '/v1/models', headers: { 'x-request-id': 'abc' } });
    expect(answer.statusCode).toBe(500);
    expect(answer.json().error).toMatchObject({ code: 'INTERNAL', requestId: 'abc' });
    expect(answer.body).not.toContain('hunter2');
    const logged = lines.map((line) => JSON.parse(line)).find(({ err }) => err !== undefined);
    expect(logged).toMatchObject({
      level: 50,
      requestId: 'abc',
      err: { message: 'the password is hunter2' },
    });
    await app.close();
  });
});

describe('a request id', () => {
  test.each(['', 'a b', 'ä', 'x'.repeat(129), '"; drop table', '{}'])('%j is not kept', async (id) => {
    const answer = await predict({ instance: {} }, { 'x-request-id': id });
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.json().requestId).toBe(answer.headers['x-request-id']);
  });

  test('that is sane comes back in the header, the answer and the error', async () => {
    const id = 'Req_1.2-3';
    const good = await predict({ instance: {} }, { 'x-request-id': id });
    expect([good.headers['x-request-id'], good.json().requestId]).toEqual([id, id]);
    const bad = await predict({ instances: [] }, { 'x-request-id': id });
    expect([bad.headers['x-request-id'], bad.json().error.requestId]).toEqual([id, id]);
  });
});

describe('a prediction', () => {
  const named = { version: 1, predictionId: expect.stringMatching(/^[0-9a-z]{12}-[0-9a-z]+-\d$/) };

  test('for one instance is one object, with the version that made it', async () => {
    const answer = await predict({ instance: { a: 1, b: 2, origin: 'ATL' } });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      model: 'sum',
      version: 1,
      requestId: answer.headers['x-request-id'],
      prediction: {
        probability: expect.closeTo(sigmoid(4), 6),
        positive: true,
        defaulted: [],
        unknown: [],
        stale: [],
        ...named,
      },
    });
  });

  test('for many instances is a list in their order', async () => {
    const answer = await predict({
      instances: [
        { a: -3, b: 1 },
        { a: 3, b: 1 },
        { a: 0, b: 0, origin: 'ORD' },
      ],
    });
    const { predictions } = answer.json();
    expect(predictions.map(({ probability }: { probability: number }) => probability)).toEqual([
      expect.closeTo(sigmoid(-2), 6),
      expect.closeTo(sigmoid(4), 6),
      expect.closeTo(sigmoid(-1), 6),
    ]);
    expect(predictions.map(({ positive }: { positive: boolean }) => positive)).toEqual([false, true, false]);
  });

  test('at the threshold is positive', async () => {
    const answer = await predict({ instance: { a: 0, b: 0, origin: 'XXX' } });
    expect(answer.json().prediction).toMatchObject({ probability: 0.5, positive: true });
  });

  test('names what was absent or null, and the categories it does not know', async () => {
    const answer = await predict({ instances: [{}, { a: null, b: 1, origin: 'XXX' }] });
    expect(answer.json().predictions).toEqual([
      // a takes its declared default 0; b has none and is missing to the graph, which counts 0.5 for it.
      {
        probability: expect.closeTo(sigmoid(0.5), 6),
        positive: true,
        defaulted: ['a', 'b', 'origin'],
        unknown: [],
        stale: [],
        ...named,
      },
      {
        probability: expect.closeTo(sigmoid(1), 6),
        positive: true,
        defaulted: ['a'],
        unknown: ['origin'],
        stale: [],
        ...named,
      },
    ]);
  });
});

describe('what is here', () => {
  test('GET /v1/models tells version, digest, loading time and signature', async () => {
    const answer = await serving.app.inject('/v1/models');
    expect(answer.json()).toEqual({
      models: [
        {
          name: 'sum',
          served: {
            version: 1,
            digest: expect.stringMatching(/^[0-9a-f]{64}$/),
            loadedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
            signature: expect.objectContaining({ threshold: 0.5, positive: 'the sum is positive' }),
          },
          traffic: [{ target: 'champion', version: 1, share: 1 }],
          shadows: [],
          failure: null,
        },
      ],
    });
    expect(answer.json().models[0].served.signature.inputs).toHaveLength(3);
  });

  test('live and ready answer 200', async () => {
    const live = await serving.app.inject('/v2/health/live');
    expect([live.statusCode, live.json()]).toEqual([200, { live: true }]);
    const ready = await serving.app.inject('/v2/health/ready');
    expect([ready.statusCode, ready.json()]).toEqual([200, { ready: true }]);
  });

  test('GET / names every route, and each of its GET routes answers', async () => {
    const { routes } = (await serving.app.inject('/')).json();
    const addresses = Object.keys(routes).filter((route) => route.startsWith('GET '));
    expect(addresses).toContain('GET /docs');
    for (const address of addresses.filter((one) => !one.includes('{'))) {
      expect((await serving.app.inject(address.replace('GET ', ''))).statusCode, address).toBe(200);
    }
  });

  test('the OpenAPI 3.1 document has every route, its errors by status, and the envelope of a request', async () => {
    const document = (await serving.app.inject('/docs/json')).json();
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/',
        '/invocations',
        '/metrics',
        '/v1/models',
        '/v1/models/{model}/predict',
        '/v2',
        '/v2/models/{model}/versions/{version}/infer',
        '/v2/repository/models/{model}/load',
      ]),
    );
    const { post } = document.paths['/v1/models/{model}/predict'];
    expect(Object.keys(post.responses)).toEqual([
      '200',
      '400',
      '404',
      '413',
      '415',
      '429',
      '500',
      '503',
      '504',
    ]);
    expect(post.requestBody.content['application/json'].schema).toMatchObject({
      additionalProperties: false,
      oneOf: [{ required: ['instance'] }, { required: ['instances'] }],
      properties: { instance: { type: 'object' }, instances: { type: 'array', items: { type: 'object' } } },
    });
  });
});
