// Requests against a model that takes x (FP32, three columns), name (BYTES) and gives y, z. Refusals first.

import { describe, expect, test } from 'vitest';
import { inferRequestReader, type ModelFace } from './infer-request.ts';

const model: ModelFace = {
  inputs: [
    { name: 'x', type: 'float32', shape: ['batch', 3] },
    { name: 'name', type: 'string', shape: ['batch'] },
  ],
  outputs: [
    { name: 'y', type: 'float32', shape: ['batch', 1] },
    { name: 'z', type: 'int64', shape: ['batch'] },
  ],
  skippedOutputs: ['probabilities'],
  batching: { maxRows: 64 },
};
const readFor = inferRequestReader(model);
const read = (body: unknown, binary: Buffer | null = null) => readFor('m', body, binary);

const x = { name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] };
const name = { name: 'name', datatype: 'BYTES', shape: [1], data: ['ATL'] };
const good = { inputs: [x, name] };
const binaryX = (size: unknown) => ({ ...x, data: undefined, parameters: { binary_data_size: size } });
const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);

describe('a request is refused', () => {
  test.each([
    ['that is no object', [], 'INVALID_BODY', 'The request must be a JSON object'],
    ['that is null', null, 'INVALID_BODY', 'The request must be a JSON object'],
    ['that is nothing', undefined, 'INVALID_BODY', 'The request must be a JSON object'],
    ['with an unknown member', { ...good, input: 1 }, 'NOT_SUPPORTED', 'The request has the member "input"'],
    ['with an id that is no string', { ...good, id: 7 }, 'INVALID_BODY', 'id must be a string'],
    [
      'with another name than its address',
      { ...good, model_name: 'n' },
      'INVALID_BODY',
      'model_name is not the name',
    ],
    [
      'with parameters that are a list',
      { ...good, parameters: [] },
      'INVALID_BODY',
      "The request's parameters must be",
    ],
    [
      'of a sequence',
      { ...good, parameters: { sequence_id: 1 } },
      'NOT_SUPPORTED',
      'the parameter "sequence_id"',
    ],
    [
      'of a priority',
      { ...good, parameters: { priority: 1 } },
      'NOT_SUPPORTED',
      'It takes timeout, binary_data_output.',
    ],
    [
      'with a timeout in words',
      { ...good, parameters: { timeout: '1 s' } },
      'INVALID_BODY',
      '"timeout" must be a number',
    ],
    [
      'with a binary_data_output in words',
      { ...good, parameters: { binary_data_output: 'yes' } },
      'INVALID_BODY',
      '"binary_data_output" must be true or false',
    ],
    ['without inputs', {}, 'INVALID_BODY', 'inputs must be a list'],
    ['with inputs by name', { inputs: { x } }, 'INVALID_BODY', 'inputs must be a list'],
    ['with a name that is 1 MB long', { [`${'n'.repeat(1e6)}`]: 1 }, 'NOT_SUPPORTED', `"${'n'.repeat(60)}…"`],
  ])('%s', (_name, body, code, message) => {
    expect(() => read(body)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test.each([
    ['that is no object', 'x', 'INVALID_BODY', 'An input must be a JSON object'],
    ['without a name', { ...x, name: undefined }, 'INVALID_BODY', 'must have a name'],
    ['that the model does not take', { ...x, name: 'X' }, 'INVALID_BODY', 'no input "X". It takes x, name.'],
    ['by the name of a method', { ...x, name: 'toString' }, 'INVALID_BODY', 'no input "toString"'],
    ['by the name __proto__', { ...x, name: '__proto__' }, 'INVALID_BODY', 'no input "__proto__"'],
    ['that is sent twice', name, 'INPUT_INVALID', 'Input "name": it is sent twice'],
    ['with an unknown member', { ...x, dtype: 1 }, 'NOT_SUPPORTED', 'Input "x" has the member "dtype"'],
    [
      'in shared memory',
      { ...x, parameters: { shared_memory_region: 'r' } },
      'NOT_SUPPORTED',
      'Input "x" has the parameter "shared_memory_region"',
    ],
    ['without a datatype', { ...x, datatype: undefined }, 'INPUT_INVALID', 'datatype must be FP32'],
    ['of another datatype', { ...x, datatype: 'FP64' }, 'INPUT_INVALID', 'datatype must be FP32'],
    ['of a datatype that is a list', { ...x, datatype: ['FP32'] }, 'INPUT_INVALID', 'datatype must be FP32'],
    ['without a shape', { ...x, shape: undefined }, 'INPUT_INVALID', 'shape must be a list'],
    [
      'of another rank',
      { ...x, shape: [3] },
      'INPUT_INVALID',
      'shape has 1 dimensions; the model takes [-1, 3]',
    ],
    [
      'of another size',
      { ...x, shape: [1, 4] },
      'INPUT_INVALID',
      'shape [1, 4] does not fit; the model takes [-1, 3]',
    ],
    ['of a negative size', { ...x, shape: [-1, 3] }, 'INPUT_INVALID', 'a whole number from 0'],
    ['of half a size', { ...x, shape: [0.5, 3] }, 'INPUT_INVALID', 'a whole number from 0'],
    ['of a size in words', { ...x, shape: ['1', 3] }, 'INPUT_INVALID', 'a whole number from 0'],
    ['of a size beyond counting', { ...x, shape: [1e300, 3] }, 'INPUT_INVALID', 'a whole number from 0'],
    [
      'of too many elements to count',
      { ...x, shape: [2 ** 52, 3] },
      'INPUT_INVALID',
      'more elements than can be',
    ],
    ['of no rows', { ...x, shape: [0, 3], data: [] }, 'INPUT_INVALID', 'it has no rows'],
    [
      'of other rows than the rest',
      { ...x, shape: [2, 3], data: [1, 2, 3, 4, 5, 6] },
      'INPUT_INVALID',
      '"x" has 2',
    ],
    ['with too few data', { ...x, data: [1, 2] }, 'INPUT_INVALID', 'should have the shape [1, 3]'],
    [
      'with data in another nesting',
      { ...x, data: [[1, 2], [3]] },
      'INPUT_INVALID',
      'should have the shape [1, 3]',
    ],
    ['with data that are null', { ...x, data: null }, 'INPUT_INVALID', 'should have the shape'],
    [
      'with data nested too deep',
      { ...x, data: [[[1], 2, 3]] },
      'INPUT_INVALID',
      'element 0: expected a finite',
    ],
    [
      'with data in words',
      { ...x, data: [1, 2, '3'] },
      'INPUT_INVALID',
      'element 2: expected a finite number',
    ],
    ['with data beyond 32 bits', { ...x, data: [1, 1e39, 3] }, 'INPUT_INVALID', 'element 1'],
    ['without data', { ...x, data: undefined }, 'INPUT_INVALID', 'send either data or the parameter'],
    ['with data twice', { ...x, parameters: { binary_data_size: 12 } }, 'INPUT_INVALID', 'and not both'],
    [
      'with binary data that nothing announced',
      binaryX(12),
      'INPUT_INVALID',
      'Inference-Header-Content-Length',
    ],
  ])('with an input %s', (_name, input, code, message) => {
    expect(() => read({ inputs: [input, name] })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test.each([
    ['of a negative size', -12, floats(1, 2, 3), 'a whole number of bytes'],
    ['of half a size', 0.5, floats(1, 2, 3), 'a whole number of bytes'],
    ['of a size in words', '12', floats(1, 2, 3), 'a whole number of bytes'],
    ['of a size beyond counting', 1e300, floats(1, 2, 3), 'a whole number of bytes'],
    ['of more than there is', 16, floats(1, 2, 3), 'binary_data_size is 16, and the body has 12 bytes left'],
    ['of less than its shape', 8, floats(1, 2), 'FP32 of the shape [1, 3] takes 12 bytes, and 8 were'],
    ['of more than its shape', 16, floats(1, 2, 3, 4), 'takes 12 bytes, and 16 were'],
    ['of nothing', 0, floats(), 'takes 12 bytes, and 0 were'],
    ['with bytes behind it', 12, floats(1, 2, 3, 4), '4 bytes of the body belong to no input'],
  ])('with binary data %s', (_name, size, bytes, message) => {
    expect(() => read({ inputs: [binaryX(size), name] }, bytes)).toThrow(message);
  });

  test('with binary data behind inputs that have none', () => {
    expect(() => read(good, Buffer.alloc(1))).toThrow('1 bytes of the body belong to no input');
  });

  test.each([
    ['that lacks an input', { inputs: [name] }, 'lacks input "x"'],
    ['that has no input at all', { inputs: [] }, 'lacks input "x"'],
    ['with half a character', { inputs: [x, { ...name, data: ['\uDC00'] }] }, 'element 0 is not UTF-8'],
    [
      'with a string too long',
      { inputs: [x, { ...name, data: ['x'.repeat(65_537)] }] },
      'element 0 has 65537 bytes',
    ],
  ])('%s', (_name, body, message) => {
    expect(() => read(body)).toThrow(message);
  });

  test.each([
    ['that are an object', { y: {} }, 'INVALID_BODY', 'outputs must be a list'],
    ['that are null', null, 'INVALID_BODY', 'outputs must be a list'],
    ['by bare names', ['y'], 'INVALID_BODY', 'An output must be a JSON object'],
    ['without a name', [{}], 'INVALID_BODY', 'An output must have a name'],
    ['that the model does not give', [{ name: 'Y' }], 'INVALID_BODY', 'no output "Y". It gives y, z.'],
    [
      'that are no tensors',
      [{ name: 'probabilities' }],
      'INVALID_BODY',
      'is no tensor (a map or a sequence)',
    ],
    [
      'that are asked for twice',
      [{ name: 'y' }, { name: 'y' }],
      'INVALID_BODY',
      'Output "y" is asked for twice',
    ],
    [
      'with an unknown member',
      [{ name: 'y', data: [] }],
      'NOT_SUPPORTED',
      'Output "y" has the member "data"',
    ],
    [
      'as a classification',
      [{ name: 'y', parameters: { classification: 3 } }],
      'NOT_SUPPORTED',
      'Output "y" has the parameter "classification"',
    ],
    [
      'as binary data in words',
      [{ name: 'y', parameters: { binary_data: 1 } }],
      'INVALID_BODY',
      '"binary_data" must be true or false',
    ],
  ])('with outputs %s', (_name, outputs, code, message) => {
    expect(() => read({ ...good, outputs })).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });
});

describe('numbers of 16 bits in JSON', () => {
  const halves = inferRequestReader({
    ...model,
    inputs: [
      { name: 'half', type: 'float16', shape: ['batch'] },
      { name: 'upper', type: 'bfloat16', shape: ['batch'] },
    ],
  });
  const send = (half: number | null, upper: number) =>
    halves(
      'm',
      {
        inputs: [
          { name: 'half', datatype: 'FP16', shape: [1], data: [half] },
          { name: 'upper', datatype: 'BF16', shape: [1], data: [upper] },
        ],
      },
      null,
    ).rows.feeds();

  test('are refused where the model would take them for infinite', () => {
    expect(() => send(65_520, 0)).toThrow(
      'Input "half", element 0: expected a finite number that fits float16',
    );
    expect(() => send(0, -3.4e38)).toThrow(
      'Input "upper", element 0: expected a finite number that fits bfloat16',
    );
  });

  test('are taken up to there, and null for NaN', () => {
    expect(send(65_519, 3.39e38).half!.data).toEqual(Float32Array.of(65_519));
    expect(send(null, 0).half!.data).toEqual(Float32Array.of(Number.NaN));
  });
});

describe('a request', () => {
  const feeds = {
    x: { type: 'float32', dims: [1, 3], data: Float32Array.of(1, 2, 3) },
    name: { type: 'string', dims: [1], data: ['ATL'] },
  };

  test('gives rows, and all outputs in the order of the model', () => {
    const { rows, ...rest } = read(good);
    expect(rows.rows).toBe(1);
    expect(rows.feeds()).toEqual(feeds);
    expect(rest).toEqual({
      outputs: [
        { name: 'y', binary: false },
        { name: 'z', binary: false },
      ],
    });
  });

  test('may have its inputs in any order, its data nested or flat, and null for NaN', () => {
    const nested = {
      ...x,
      shape: [2, 3],
      data: [
        [1, 2, 3],
        [4, null, 6],
      ],
    };
    const { rows } = read({ inputs: [{ ...name, shape: [2], data: ['a', 'b'] }, nested] });
    expect(rows.rows).toBe(2);
    expect(rows.feeds().x!.data).toEqual(Float32Array.of(1, 2, 3, 4, Number.NaN, 6));
  });

  test('may have some data in JSON and some as binary data', () => {
    const { rows } = read({ inputs: [name, binaryX(12)] }, floats(1, 2, 3));
    expect(rows.feeds()).toEqual(feeds);
  });

  test('keeps its id, its timeout and the order of its outputs', () => {
    const outputs = [{ name: 'z' }, { name: 'y', parameters: { binary_data: false } }];
    const parameters = { timeout: 1500, binary_data_output: true };
    expect(read({ ...good, id: '', model_name: 'm', parameters, outputs })).toMatchObject({
      id: '',
      timeoutMicroseconds: 1500,
      outputs: [
        { name: 'z', binary: true },
        { name: 'y', binary: false },
      ],
    });
  });

  test('with an empty list of outputs asks for all of them', () => {
    expect(read({ ...good, outputs: [], parameters: {} }).outputs.map((output) => output.name)).toEqual([
      'y',
      'z',
    ]);
  });
});

describe('a model that does not batch', () => {
  const whole: ModelFace = {
    inputs: [
      { name: 'query', type: 'float32', shape: ['n', 2] },
      { name: 'limit', type: 'int64', shape: [] },
    ],
    outputs: [{ name: 'found', type: 'float32', shape: ['k'] }],
    skippedOutputs: [],
    batching: { none: 'limit has no rows' },
  };
  const request = (shape: unknown, limit: object) => ({
    inputs: [
      { name: 'query', datatype: 'FP32', shape, data: [1, 2, 3, 4] },
      { name: 'limit', datatype: 'INT64', ...limit },
    ],
  });

  test('takes a request as one, and single values', () => {
    const { rows } = inferRequestReader(whole)('m', request([2, 2], { shape: [], data: [7] }), null);
    expect(rows.rows).toBe(1);
    expect(rows.feeds()).toMatchObject({
      query: { dims: [2, 2] },
      limit: { dims: [], data: BigInt64Array.of(7n) },
    });
  });

  test('whose dimensions are open takes up to 16 of them', () => {
    const read = inferRequestReader(whole);
    const ones = (count: number) => ({ shape: Array(count).fill(1), data: [7] });
    expect(read('m', request([2, 2], ones(16)), null).rows.feeds().limit!.dims).toHaveLength(16);
    expect(() => read('m', request([2, 2], ones(17)), null)).toThrow(
      'shape has 17 dimensions; the model takes at most 16',
    );
  });
});
