import { elementCount, type TensorType, type TensorValue, tensorData } from '@flightdeck/onnx';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flatJsonOfTensor, jsonOfTensor, tensorOfJson } from './json-tensors.ts';

describe('refused, with the place and what was expected:', () => {
  test.each<[TensorType, unknown, string]>([
    ['float32', '1', 'got the string "1"'],
    ['float32', true, 'got true'],
    ['float32', 1e39, 'a finite number that fits 32 bits, or null for NaN, got 1e+39'],
    ['float16', 65_520, 'fits float16'],
    ['bfloat16', 3.4e38, 'fits bfloat16'],
    ['float64', { value: 1 }, 'got an object'],
    ['float64', Number.POSITIVE_INFINITY, 'a finite number'],
    ['int8', 128, 'a whole number that fits int8, got 128'],
    ['int16', -32_769, 'fits int16'],
    ['int32', 1.5, 'got 1.5'],
    ['int32', null, 'got null'],
    ['uint8', -1, 'fits uint8'],
    ['uint16', 65_536, 'fits uint16'],
    ['uint32', 2 ** 32, 'fits uint32'],
    ['int64', 2 ** 53, 'send larger ones in binary'],
    ['int64', '1', 'got the string "1"'],
    ['uint64', -1, 'a whole number from 0'],
    ['bool', 1, 'true or false, got 1'],
    ['string', 5, 'a string, got 5'],
    ['string', null, 'got null'],
    ['string', undefined, 'got nothing'],
    ['float32', 'x'.repeat(1_000_000), `got the string "${'x'.repeat(40)}…"`],
  ])('%s does not take %j', (type, value, message) => {
    expect(() => tensorOfJson('x', type, [1], [value])).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(message) }),
    );
  });

  test.each([
    ['no list', 5, [1], 'is no list'],
    ['too few values', [1, 2], [3], 'has a list of 2 in dimension 0'],
    [
      'too many values',
      [
        [1, 2],
        [3, 4, 5],
      ],
      [2, 2],
      'has a list of 3 in dimension 1',
    ],
    ['a list that is missing', [[1, 2], 3], [2, 2], 'has no list in dimension 1'],
    ['lists where values should be', [[1], [[2]]], [2, 1], 'got a list'],
    ['half flat, half nested', [1, [2, 3], 4], [2, 2], 'has a list of 3 in dimension 0'],
  ])('a shape with %s', (_, value, dims, message) => {
    expect(() => tensorOfJson('x', 'float32', dims, value)).toThrow(
      expect.objectContaining({ code: 'INPUT_INVALID', message: expect.stringContaining(message) }),
    );
  });

  test('the position counts in row-major order, also in nested lists', () => {
    expect(() =>
      tensorOfJson(
        'x',
        'int8',
        [2, 2],
        [
          [1, 2],
          [3, 'four'],
        ],
      ),
    ).toThrow('Input "x", element 3');
  });

  test('however deep the lists are, nobody walks down there', () => {
    const deep = JSON.parse('['.repeat(5_000) + ']'.repeat(5_000));
    expect(() => tensorOfJson('x', 'float32', [1, 1], deep)).toThrow('got a list');
  });

  test.each([Number.NaN, Number.NEGATIVE_INFINITY])('an answer of %d, which JSON cannot hold', (value) => {
    const tensor: TensorValue = { type: 'float32', dims: [2], data: Float32Array.of(1, value) };
    expect(() => jsonOfTensor('y', tensor)).toThrow(
      expect.objectContaining({
        code: 'OUTPUT_NOT_JSON',
        message: expect.stringContaining('Output "y", element 1'),
      }),
    );
  });
});

describe('read', () => {
  test('null as NaN, where the type has one', () => {
    for (const type of ['float16', 'bfloat16', 'float32', 'float64'] as const)
      expect(tensorOfJson('x', type, [2], [null, 1]).data[0]).toBeNaN();
  });

  test('a bare value as a tensor without dimensions, and as one element in a list', () => {
    expect(tensorOfJson('x', 'int64', [], 5)).toEqual({
      type: 'int64',
      dims: [],
      data: BigInt64Array.of(5n),
    });
    expect(tensorOfJson('x', 'int64', [], [5]).data).toEqual(BigInt64Array.of(5n));
  });

  test('nothing at all, where a dimension is 0', () => {
    expect(tensorOfJson('x', 'string', [0, 3], []).data).toEqual([]);
    expect(tensorOfJson('x', 'float32', [2, 0], [[], []]).data).toHaveLength(0);
  });

  test('the largest numbers that a narrow type has', () => {
    expect(tensorOfJson('x', 'float16', [2], [65_504, -65_519]).data).toEqual(
      Float32Array.of(65_504, -65_519),
    );
    expect(tensorOfJson('x', 'bfloat16', [1], [3.38e38]).data).toEqual(Float32Array.of(3.38e38));
  });
});

/** Any tensor, with values that its type has and JSON can hold. */
const tensor: fc.Arbitrary<TensorValue> = fc
  .record({
    type: fc.constantFrom<TensorType>(
      'float32',
      'float64',
      'float16',
      'int8',
      'int16',
      'int32',
      'uint8',
      'uint16',
      'uint32',
      'int64',
      'uint64',
      'bool',
      'string',
    ),
    dims: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }),
  })
  .chain(({ type, dims }) => {
    const length = elementCount(dims);
    return fc.array(elementOf(type), { minLength: length, maxLength: length }).map((values) => ({
      type,
      dims,
      data: Object.assign(tensorData(type, length), values) as TensorValue['data'],
    }));
  });

function elementOf(type: TensorType): fc.Arbitrary<unknown> {
  if (type === 'string') return fc.string({ unit: 'grapheme', maxLength: 5 });
  if (type === 'bool') return fc.nat(1);
  if (type === 'int64') return fc.maxSafeInteger().map(BigInt);
  if (type === 'uint64') return fc.maxSafeNat().map(BigInt);
  if (type === 'float64') return fc.double({ noNaN: true, noDefaultInfinity: true });
  if (type === 'float16') return fc.integer({ min: -65_504, max: 65_504 });
  if (type === 'float32') return fc.float({ noNaN: true, noDefaultInfinity: true });
  const bits = Number(/\d+/.exec(type)![0]);
  return type.startsWith('u')
    ? fc.integer({ min: 0, max: 2 ** bits - 1 })
    : fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
}

test('whatever goes out nested or flat comes back the same, through the text of JSON', () => {
  fc.assert(
    fc.property(tensor, (sent) => {
      // JSON has no -0.
      const plain = {
        ...sent,
        data: Object.assign(
          tensorData(sent.type, sent.data.length),
          Array.from<unknown>(sent.data).map((value) => (value === 0 ? 0 : value)),
        ),
      };
      const through = (value: unknown) =>
        tensorOfJson('x', sent.type, sent.dims, JSON.parse(JSON.stringify(value)));
      expect(through(jsonOfTensor('x', sent))).toEqual(plain);
      expect(through(flatJsonOfTensor('x', sent))).toEqual(plain);
    }),
  );
});

test('a 64-bit integer beyond 2^53 goes out with all of its digits', () => {
  const data = BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 5n);
  expect(JSON.stringify(jsonOfTensor('y', { type: 'int64', dims: [3], data }))).toBe(
    '[9223372036854775807,-9223372036854775808,5]',
  );
});
