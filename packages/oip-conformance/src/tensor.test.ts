import { describe, expect, test } from 'vitest';
import { differenceOf, joinRows, nestedData, type OutputTensor, rowsOf } from './tensor.ts';

const input = (shape: number[], data: number[]) => ({ name: 'x', datatype: 'FP32', shape, data });
const output = (data: unknown[], datatype = 'FP32', name = 'y'): OutputTensor => ({
  name,
  datatype,
  shape: [data.length],
  data,
  binary: false,
});

describe('a difference', () => {
  test.each([
    ['an output that is missing', [output([1])], [output([1], 'FP32', 'z')], 'no output "y"'],
    [
      'another shape',
      [output([1])],
      [{ ...output([1]), shape: [1, 1] }],
      '"y" has shape [1,1] where [1] was expected',
    ],
    [
      'too few elements',
      [output([1, 2])],
      [{ ...output([1]), shape: [2] }],
      '"y" has 1 elements where 2 were expected',
    ],
    ['another number', [output([1, 2])], [output([1, 3])], '"y", element 1, is 3 where 2 was expected'],
    [
      'an integer that is off by one beyond 2^53',
      [output([2n ** 53n + 1n], 'INT64')],
      [output([2 ** 53], 'INT64')],
      '"y", element 0, is 9007199254740992 where 9007199254740993 was expected',
    ],
    [
      'another text',
      [output(['a'], 'BYTES')],
      [output(['A'], 'BYTES')],
      '"y", element 0, is "A" where "a" was expected',
    ],
    ['null for a number', [output([1])], [output([null])], '"y", element 0, is null where 1 was expected'],
  ])('is told for %s', (_what, expected, came, words) => {
    expect(differenceOf(expected, came)).toBe(words);
  });

  test('is none between floats that differ as they do between batch sizes', () => {
    expect(differenceOf([output([1, Number.NaN])], [output([1.00001, Number.NaN])])).toBeUndefined();
    expect(differenceOf([output([1], 'FP16')], [output([1.005], 'FP16')])).toBeUndefined();
  });

  test('is none between a number and a bigint of the same digits, nor between true and 1', () => {
    expect(differenceOf([output([7n], 'INT64')], [output([7], 'INT64')])).toBeUndefined();
    expect(differenceOf([output([true], 'BOOL')], [output([1], 'BOOL')])).toBeUndefined();
  });
});

test('data is nested in the shape, row by row', () => {
  expect(nestedData(input([2, 3], [1, 2, 3, 4, 5, 6]))).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  expect(nestedData(input([2, 1, 2], [1, 2, 3, 4]))).toEqual([[[1, 2]], [[3, 4]]]);
  expect(nestedData(input([2], [1, 2]))).toEqual([1, 2]);
});

test('rows are cut only where all inputs share the first dimension, and join again', () => {
  expect(rowsOf([input([2, 1], [1, 2]), input([3, 1], [1, 2, 3])])).toBeUndefined();
  const rows = rowsOf([input([2, 2], [1, 2, 3, 4])])!;
  expect(rows.map(([row]) => [row!.shape, row!.data])).toEqual([
    [
      [1, 2],
      [1, 2],
    ],
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  const joined = joinRows(rows.map((tensors) => tensors.map((tensor) => ({ ...tensor, binary: false }))));
  expect(joined).toMatchObject([{ shape: [2, 2], data: [1, 2, 3, 4] }]);
});
