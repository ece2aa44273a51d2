// Arbitrary tensors of every type, and requests that carry them, for property tests.

import {
  elementCount,
  type TensorInfo,
  type TensorType,
  type TensorValue,
  tensorData,
} from '@flightdeck/onnx';
import fc from 'fast-check';
import { bytesOfTensor } from './binary-tensors.ts';
import { datatypes } from './datatypes.ts';
import { narrowToBfloat16, narrowToFloat16, widenBfloat16, widenFloat16 } from './half-floats.ts';

export const everyType = Object.keys(datatypes) as TensorType[];

const half16 = fc.float().map((value) => widenFloat16(narrowToFloat16(Float32Array.of(value)))[0]!);
const upper16 = fc.float().map((value) => widenBfloat16(narrowToBfloat16(Float32Array.of(value)))[0]!);

/** What an element may be in binary data. */
const elements: Readonly<Record<TensorType, fc.Arbitrary<unknown>>> = {
  bool: fc.nat(1),
  uint8: fc.nat(2 ** 8 - 1),
  uint16: fc.nat(2 ** 16 - 1),
  uint32: fc.nat(2 ** 32 - 1),
  uint64: fc.bigInt(0n, 2n ** 64n - 1n),
  int8: fc.integer({ min: -(2 ** 7), max: 2 ** 7 - 1 }),
  int16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  int32: fc.integer(),
  int64: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  float16: half16,
  bfloat16: upper16,
  float32: fc.float(),
  float64: fc.double(),
  string: fc.string({ unit: 'binary', maxLength: 10 }).filter((text) => !text.includes('\0')),
};

/** Whether JSON can hold it and bring it back: no NaN, no infinity, no whole number beyond 2^53, no sign on a zero. */
const isJson = (element: unknown) =>
  typeof element === 'bigint'
    ? Number.isSafeInteger(Number(element))
    : typeof element !== 'number' || (Number.isFinite(element) && !Object.is(element, -0));

const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

export interface NamedTensor {
  readonly info: TensorInfo;
  readonly tensor: TensorValue;
}

/** Some tensors of any types with as many rows each. */
export function namedTensors(inJson: boolean): fc.Arbitrary<readonly NamedTensor[]> {
  return fc.integer({ min: 1, max: 4 }).chain((rows) => {
    const one = fc.tuple(fc.constantFrom(...everyType), shapes).chain(([type, shape]) => {
      const dims = [rows, ...shape.slice(1)];
      const element = inJson ? elements[type].filter(isJson) : elements[type];
      const count = elementCount(dims);
      return fc
        .array(element, { minLength: count, maxLength: count })
        .map((values): TensorValue => ({ type, dims, data: dataOf(type, values) }));
    });
    return fc.array(one, { minLength: 1, maxLength: 4 }).map((tensors) =>
      tensors.map((tensor, i) => ({
        info: {
          name: `x${i}`,
          type: tensor.type,
          shape: tensor.dims.map((size, d) => (d === 0 ? 'rows' : size)),
        },
        tensor,
      })),
    );
  });
}

function dataOf(type: TensorType, values: readonly unknown[]): TensorValue['data'] {
  const data = tensorData(type, values.length);
  values.forEach((value, i) => {
    (data as unknown[])[i] = value;
  });
  return data;
}

/** A request with all tensors as binary data. */
export function binaryRequest(
  tensors: readonly NamedTensor[],
  rest: object = {},
): { json: object; bytes: Buffer } {
  const data = tensors.map(({ tensor }) => bytesOfTensor(tensor));
  const inputs = tensors.map(({ info, tensor }, i) => ({
    name: info.name,
    datatype: datatypes[info.type],
    shape: tensor.dims,
    parameters: { binary_data_size: data[i]!.length },
  }));
  return { json: { ...rest, inputs }, bytes: Buffer.concat(data) };
}
