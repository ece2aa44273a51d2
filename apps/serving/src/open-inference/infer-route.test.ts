// Inference over HTTP, through real models. Refusals first.

import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { datatypes } from './datatypes.ts';
import { lengthHeader, type ServedModels, serveModels } from './open-inference.fixture.ts';
import { binaryRequest, everyType, type NamedTensor } from './tensors.fixture.ts';

let served: ServedModels;

beforeAll(async () => {
  served = await serveModels({ maxInstances: 100 });
});

afterAll(() => served[Symbol.asyncDispose]());

const fp32 = (name: string, shape: readonly number[], data: readonly unknown[]) => ({
  name,
  datatype: 'FP32',
  shape,
  data,
});
const ab = [fp32('a', [1, 3], [1, 2, 3]), fp32('b', [1, 3], [10, 20, 30])];
const add = '/v2/models/add/infer';
const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
/** `sum` of the add model for a = 1, 2, 3 and b = 10, 20, 30, as binary data. */
const binaryAdd = {
  inputs: ['a', 'b'].map((name) => ({
    name,
    datatype: 'FP32',
    shape: [1, 3],
    parameters: { binary_data_size: 12 },
  })),
  outputs: [{ name: 'sum', parameters: { binary_data: true } }],
};
const addends = floats(1, 2, 3, 10, 20, 30);

describe('a refused inference has the protocol’s error body and', () => {
  test.each([
    [
      '404 for a model that is not served',
      '/v2/models/ad/infer',
      { inputs: ab },
      {},
      404,
      'Did you mean add?',
    ],
    [
      '404 for a name with a slash',
      '/v2/models/..%2F..%2Fetc/infer',
      { inputs: ab },
      {},
      404,
      'No model ../../etc',
    ],
    [
      '404 for a version that there is not',
      '/v2/models/add/versions/2/infer',
      { inputs: ab },
      {},
      404,
      'version 2',
    ],
    [
      '404 for a version that is no number',
      '/v2/models/add/versions/x/infer',
      { inputs: ab },
      {},
      404,
      '"x"',
    ],
    ['400 for a request that does not fit', add, { inputs: [] }, {}, 400, 'lacks input "a"'],
    [
      '400 for what it does not support',
      add,
      { inputs: ab, parameters: { priority: 1 } },
      {},
      400,
      '"priority"',
    ],
    ['400 for a timeout of nothing', add, { inputs: ab, parameters: { timeout: 0 } }, {}, 400, 'above 0'],
    [
      '400 for a timeout that is no number',
      add,
      { inputs: ab },
      { 'request-timeout': 'soon' },
      400,
      'Request-Timeout',
    ],
    ['400 for JSON that is cut short', add, Buffer.from('{"inputs":['), {}, 400, 'not valid JSON'],
    ['400 for JSON that is not UTF-8', add, Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'UTF-8'],
    ['400 for a __proto__ key', add, Buffer.from('{"__proto__":{}}'), {}, 400, '__proto__'],
    ['400 for no body', add, undefined, {}, 400, 'The request must be a JSON object'],
    [
      '400 for a length without a body',
      add,
      undefined,
      { [lengthHeader]: '2' },
      400,
      'the 0 bytes of the body',
    ],
    [
      '400 for a length beyond the body',
      add,
      { inputs: ab },
      { [lengthHeader]: '1000' },
      400,
      'bytes of the body',
    ],
    [
      '400 for a negative length',
      add,
      { inputs: ab },
      { [lengthHeader]: '-1' },
      400,
      'must be the length of the JSON',
    ],
    [
      '400 for a length that is no number',
      add,
      { inputs: ab },
      { [lengthHeader]: '7x' },
      400,
      'must be the length',
    ],
    [
      '400 for a length beyond counting',
      add,
      { inputs: ab },
      { [lengthHeader]: '9'.repeat(30) },
      400,
      'must be',
    ],
    ['400 for two lengths', add, { inputs: ab }, { [lengthHeader]: ['7', '7'] }, 400, 'must be the length'],
    [
      '400 for a length that cuts the JSON',
      add,
      { inputs: ab },
      { [lengthHeader]: '7' },
      400,
      'not valid JSON',
    ],
    ['400 for bare data for two inputs', add, addends, { [lengthHeader]: '0' }, 400, 'This model has 2'],
    [
      '400 for a stream that is not compressed',
      add,
      { inputs: ab },
      { 'content-encoding': 'gzip' },
      400,
      'gzip',
    ],
    ['415 for an unknown compression', add, { inputs: ab }, { 'content-encoding': 'br' }, 415, '"br"'],
    ['415 for text', add, Buffer.from('{}'), { 'content-type': 'text/plain' }, 415, '"text/plain"'],
    [
      '415 for a form',
      add,
      Buffer.from('{}'),
      { 'content-type': 'application/x-www-form-urlencoded' },
      415,
      'form',
    ],
    ['413 for a body over the limit', add, Buffer.alloc(1024 * 1024 + 1, ' '), {}, 413, '1048576 bytes'],
    [
      '413 for more rows than are taken at once',
      '/v2/models/lookup/infer',
      { inputs: [{ name: 'index', datatype: 'INT64', shape: [101], data: Array(101).fill(1) }] },
      {},
      413,
      'over the limit of 100',
    ],
    [
      '400 for rows on which the model fails',
      '/v2/models/lookup/infer',
      { inputs: [{ name: 'index', datatype: 'INT64', shape: [1], data: [99] }] },
      {},
      400,
      'out of data bounds',
    ],
    [
      '400 for an answer that JSON cannot hold',
      add,
      { inputs: [fp32('a', [1, 3], [null, 0, 0]), ab[1]] },
      {},
      400,
      'Output "sum", element 0, is NaN, which JSON cannot hold',
    ],
  ])('%s', async (_name, url, payload, headers, status, message) => {
    const answer = await served.post(url, payload, headers);
    expect(answer.json()).toEqual({ error: expect.stringContaining(message) });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers[lengthHeader]).toBeUndefined();
  });

  test.each([
    ['GET', add, 405],
    ['PUT', add, 405],
    ['DELETE', '/v2/models/add', 405],
    ['POST', '/v2/models/add', 405],
    ['GET', '/v2/models/add/versions/1/infer', 405],
    ['GET', '/v2/models/add/stats', 404],
    ['GET', '/v2/models/%zz', 400],
  ] as const)('4xx for %s %s, which is not there', async (method, url, status) => {
    const answer = await served.app.inject({ method, url });
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toEqual({ error: expect.any(String) });
  });
});

describe('an inference in JSON', () => {
  test('is answered with what was asked for, in that order', async () => {
    const outputs = [{ name: 'difference' }, { name: 'sum' }];
    const answer = await served.post(add, { id: 'mine', inputs: ab, outputs });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json' });
    expect(answer.json()).toEqual({
      id: 'mine',
      model_name: 'add',
      model_version: '1',
      outputs: [fp32('difference', [1, 3], [-9, -18, -27]), fp32('sum', [1, 3], [11, 22, 33])],
    });
  });

  test('without an id has none in its answer', async () => {
    expect((await served.post(add, { inputs: ab })).json()).not.toHaveProperty('id');
  });

  test('may name the version', async () => {
    const answer = await served.post('/v2/models/add/versions/1/infer', { inputs: ab });
    expect(answer.json()).toMatchObject({ model_name: 'add', model_version: '1' });
  });

  test('reaches a model of the kit’s own as well, by the inputs of its graph', async () => {
    const column = (name: string, value: number) => fp32(name, [2, 1], [value, -value]);
    const origin = { name: 'origin', datatype: 'BYTES', shape: [2, 1], data: ['ATL', 'ATL'] };
    const answer = await served.post('/v2/models/sum/infer', {
      inputs: [column('a', 1), column('b', 2), origin],
    });
    const [first, second] = answer.json().outputs[0].data;
    expect([first, second]).toEqual([
      expect.closeTo(1 / (1 + Math.exp(-4)), 5),
      expect.closeTo(1 / (1 + Math.exp(2)), 5),
    ]);
  });

  test('may have rows of any length where the graph leaves it open', async () => {
    const answer = await served.post('/v2/models/sequence/infer', {
      inputs: [
        fp32(
          'sequence',
          [2, 3],
          [
            [1, 2, 3],
            [4, 5, 6],
          ],
        ),
      ],
    });
    expect(answer.json().outputs).toEqual([fp32('mean', [2, 1], [2, 5])]);
  });

  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
  ] as const)('may be compressed with %s', async (encoding, compress) => {
    const payload = compress(JSON.stringify({ inputs: ab }));
    const answer = await served.post(add, payload, {
      'content-encoding': encoding,
      'content-type': 'application/json',
    });
    expect(answer.json().outputs[0]).toEqual(fp32('sum', [1, 3], [11, 22, 33]));
  });

  test.each([undefined, 'application/json', 'application/octet-stream', 'application/json; charset=utf-8'])(
    'may be called %s: without a length of its JSON, JSON is all there is',
    async (type) => {
      const payload = Buffer.from(JSON.stringify({ inputs: ab }));
      const answer = await served.post(add, payload, type === undefined ? {} : { 'content-type': type });
      expect(answer.statusCode).toBe(200);
    },
  );

  test('brings every type to the model and back', async () => {
    const data = (type: string): unknown[] =>
      type === 'bool'
        ? [true, false]
        : type === 'string'
          ? ['', 'ü🛫']
          : type.startsWith('u')
            ? [0, 200]
            : [-7, 7];
    const inputs = everyType.map((type) => ({
      name: `in_${type}`,
      datatype: datatypes[type],
      shape: [1, 2],
      data: data(type),
    }));
    const answer = await served.post('/v2/models/identity/infer', { inputs });
    expect(answer.json().outputs).toEqual(
      inputs.map((input) => ({ ...input, name: input.name.replace('in_', 'out_') })),
    );
  });
});

describe('an inference with binary data', () => {
  test('has its answer behind JSON that a header gives the length of', async () => {
    const answer = await served.inferBinary('add', binaryAdd, addends);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('application/octet-stream');
    const length = Number(answer.headers[lengthHeader]);
    expect(JSON.parse(String(answer.rawPayload.subarray(0, length)))).toEqual({
      model_name: 'add',
      model_version: '1',
      outputs: [{ name: 'sum', datatype: 'FP32', shape: [1, 3], parameters: { binary_data_size: 12 } }],
    });
    expect(answer.rawPayload.subarray(length)).toEqual(floats(11, 22, 33));
  });

  test('may ask for JSON, and JSON may ask for binary data', async () => {
    const answer = await served.inferBinary('add', { inputs: binaryAdd.inputs }, addends);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json().outputs[0]).toEqual(fp32('sum', [1, 3], [11, 22, 33]));
    const other = await served.post(add, { inputs: ab, parameters: { binary_data_output: true } });
    expect(other.rawPayload.subarray(Number(other.headers[lengthHeader]))).toEqual(
      floats(11, 22, 33, -9, -18, -27),
    );
  });

  test('gives some outputs as binary data and some in JSON', async () => {
    const outputs = [{ name: 'difference' }, { name: 'sum', parameters: { binary_data: true } }];
    const answer = await served.post(add, { inputs: ab, outputs });
    const length = Number(answer.headers[lengthHeader]);
    expect(JSON.parse(String(answer.rawPayload.subarray(0, length))).outputs).toEqual([
      fp32('difference', [1, 3], [-9, -18, -27]),
      { name: 'sum', datatype: 'FP32', shape: [1, 3], parameters: { binary_data_size: 12 } },
    ]);
    expect(answer.rawPayload.subarray(length)).toEqual(floats(11, 22, 33));
  });

  test('carries NaN and infinities', async () => {
    const bytes = floats(Number.NaN, Infinity, -Infinity, 0, 0, 0);
    const answer = await served.inferBinary('add', binaryAdd, bytes);
    const length = Number(answer.headers[lengthHeader]);
    const sum = new Float32Array(Uint8Array.from(answer.rawPayload.subarray(length)).buffer);
    expect([...sum]).toEqual([Number.NaN, Infinity, -Infinity]);
  });

  test('may be compressed', async () => {
    const head = Buffer.from(JSON.stringify(binaryAdd));
    const answer = await served.post(add, gzipSync(Buffer.concat([head, addends])), {
      'content-encoding': 'gzip',
      'content-type': 'application/octet-stream',
      [lengthHeader]: String(head.length),
    });
    expect(answer.rawPayload.subarray(Number(answer.headers[lengthHeader]))).toEqual(floats(11, 22, 33));
  });

  test('may be nothing but the data of the one input', async () => {
    const answer = await served.post('/v2/models/sequence/infer', floats(1, 2, 6), { [lengthHeader]: '0' });
    expect(answer.rawPayload.subarray(Number(answer.headers[lengthHeader]))).toEqual(floats(3));
  });

  test('brings every type to the model and back, bit by bit', async () => {
    const tensors = identityTensors();
    const { json, bytes } = binaryRequest(tensors, { parameters: { binary_data_output: true } });
    const answer = await served.inferBinary('identity', json, bytes);
    expect(answer.statusCode).toBe(200);
    expect(answer.rawPayload.subarray(Number(answer.headers[lengthHeader]))).toEqual(bytes);
  });
});

describe('whatever is wrong with a request', () => {
  const { json, bytes } = binaryRequest(identityTensors(), { parameters: { binary_data_output: true } });
  const head = Buffer.from(JSON.stringify(json));
  const whole = Buffer.concat([head, bytes]);

  const byteChanged = fc.tuple(fc.nat(whole.length - 1), fc.nat(255)).map(([at, byte]) => {
    const changed = Buffer.from(whole);
    changed[at] = byte;
    return { payload: changed, length: head.length };
  });
  const cutShort = fc
    .nat(whole.length)
    .map((end) => ({ payload: whole.subarray(0, end), length: head.length }));
  const otherLength = fc
    .integer({ min: -1, max: whole.length + 1 })
    .map((length) => ({ payload: whole, length }));
  const anyValue = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.constantFrom(-1, 0, 1, 2 ** 31, 2 ** 53, 1e300, 'FP32', [], [[]], [0], [1, 2, 3], {}),
  );
  const valueChanged = fc.tuple(fc.nat(1e6), anyValue).map(([which, value]) => {
    const payload = Buffer.from(JSON.stringify(withOneChanged(json, which, value)));
    return { payload: Buffer.concat([payload, bytes]), length: payload.length };
  });

  test('it is never our error', async () => {
    const statuses = new Set<number>();
    const mutated = fc.oneof(byteChanged, cutShort, otherLength, { arbitrary: valueChanged, weight: 3 });
    await fc.assert(
      fc.asyncProperty(mutated, async ({ payload, length }) => {
        const answer = await served.post('/v2/models/identity/infer', payload, {
          [lengthHeader]: String(length),
        });
        statuses.add(answer.statusCode);
        if (answer.statusCode !== 200) expect(answer.json()).toEqual({ error: expect.any(String) });
        expect(answer.statusCode).toBeLessThan(500);
      }),
      { numRuns: 1500 },
    );
    // Bytes of numbers and of names that nothing depends on may be changed without harm.
    expect([...statuses].sort()).toEqual([200, 400]);
  });
});

/** Two rows for each input of the identity model: the smallest and the largest of its type, and two in between. */
function identityTensors(): NamedTensor[] {
  const data = {
    bool: Uint8Array.of(0, 1, 1, 0),
    uint8: Uint8Array.of(0, 255, 1, 2),
    uint16: Uint16Array.of(0, 65_535, 1, 2),
    uint32: Uint32Array.of(0, 2 ** 32 - 1, 1, 2),
    uint64: BigUint64Array.of(0n, 2n ** 64n - 1n, 1n, 2n),
    int8: Int8Array.of(-128, 127, 1, 2),
    int16: Int16Array.of(-32_768, 32_767, 1, 2),
    int32: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 1, 2),
    int64: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n, 1n, 2n),
    float16: Float32Array.of(-65_504, 65_504, 2 ** -24, Infinity),
    bfloat16: Float32Array.of(-1, 0.5, 2 ** -133, -Infinity),
    float32: Float32Array.of(-1e38, 0.1, 1e-45, -0),
    float64: Float64Array.of(-1e308, 0.1, 5e-324, -0),
    string: ['', 'ATL', 'ü🛫', 'x'.repeat(300)],
  };
  return everyType.map((type) => ({
    info: { name: `in_${type}`, type, shape: ['batch', 2] },
    tensor: { type, dims: [2, 2], data: data[type] },
  }));
}

/** The value with one of its parts, counted depth first, replaced. */
function withOneChanged(value: unknown, which: number, replacement: unknown): unknown {
  const paths: (string | number)[][] = [];
  const collect = (part: unknown, path: (string | number)[]): void => {
    if (path.length > 0) paths.push(path);
    if (typeof part !== 'object' || part === null) return;
    for (const [key, inner] of Object.entries(part)) collect(inner, [...path, key]);
  };
  collect(value, []);
  const copy = structuredClone(value) as Record<string | number, unknown>;
  const path = paths[which % paths.length]!;
  let holder = copy;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  holder[path.at(-1)!] = replacement;
  return copy;
}
