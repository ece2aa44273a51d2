import type { TensorInfo } from '@flightdeck/onnx';
import { describe, expect, test } from 'vitest';
import { readRawRequest } from './raw-request.ts';

const faceOf = (inputs: readonly TensorInfo[]) => ({
  inputs,
  outputs: [{ name: 'y', type: 'float32' as const, shape: ['n'] }],
  skippedOutputs: [],
  batching: { maxRows: 64 },
});
const float = (...shape: (number | string)[]): TensorInfo => ({ name: 'x', type: 'float32', shape });
const text = (...shape: (number | string)[]): TensorInfo => ({ name: 'x', type: 'string', shape });

describe('a body of nothing but data is refused', () => {
  test.each([
    ['for a model of two inputs', [float('n'), { ...float('n'), name: 'x2' }], 8, 'This model has 2'],
    [
      'for a shape with two open sizes behind the rows',
      [float('n', 'h', 'w')],
      8,
      'does not follow from its data',
    ],
    ['for a shape with two open sizes, neither of them the rows', [float(1, 'h', 'w')], 8, 'does not follow'],
    ['that ends within a row', [float('n', 3)], 16, '4 elements do not fill its shape [n, 3] evenly'],
    ['that ends within an element', [float('n', 3)], 13, '3.25 elements do not fill'],
    ['of no rows', [float('n', 3)], 0, 'it has no rows'],
    ['of another size than the shape', [float(1, 3)], 24, 'takes 12 bytes, and 24 were sent'],
    ['for a shape of nothing', [float('n', 0)], 8, 'do not fill'],
    ['for several strings', [text('n', 2)], 8, 'only a single string'],
  ])('%s', (_name, inputs, bytes, message) => {
    expect(() => readRawRequest(faceOf(inputs), Buffer.alloc(bytes))).toThrow(message);
  });

  test('that is no text for a model that takes text', () => {
    expect(() => readRawRequest(faceOf([text('n')]), Buffer.from([0xff]))).toThrow('element 0 is not UTF-8');
  });
});

describe('a body of nothing but data', () => {
  const floats = Buffer.from(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);

  test.each([
    ['as many rows as it has data for', float('n', 3), [2, 3]],
    ['one row where the size behind the rows is open too', float('n', 'length'), [1, 6]],
    ['the one open size', float(1, 'length', 2), [1, 3, 2]],
    ['the declared shape', float(6), [6]],
  ])('is taken for %s', (_name, input, dims) => {
    const { rows, outputs } = readRawRequest(faceOf([input]), floats);
    expect(rows.feeds().x).toEqual({ type: 'float32', dims, data: Float32Array.of(1, 2, 3, 4, 5, 6) });
    expect(outputs).toEqual([{ name: 'y', binary: true }]);
  });

  test('is the string for a model that takes one, without a length', () => {
    const { rows } = readRawRequest(faceOf([text('n', 1)]), Buffer.from('ü'));
    expect(rows.feeds().x).toEqual({ type: 'string', dims: [1, 1], data: ['ü'] });
  });
});
