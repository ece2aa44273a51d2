// Tensors as the protocol's binary data: row-major, little end first, without padding. Every machine that Node runs on today has the
// little end first itself, so that numbers are read and written where they lie.

import { elementCount, type TensorData, type TensorType, type TensorValue } from '@flightdeck/onnx';
import { readByteStrings, writeByteStrings } from './byte-strings.ts';
import { datatypes } from './datatypes.ts';
import { narrowToBfloat16, narrowToFloat16, widenBfloat16, widenFloat16 } from './half-floats.ts';
import { invalidInput } from './refusals.ts';

type NumberArray = Exclude<TensorData, string[]>;
type Numbers = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => NumberArray;

/** What elements lie in on the wire. */
const wireArrays: Readonly<
  Record<Exclude<TensorType, 'string'>, Numbers & { readonly BYTES_PER_ELEMENT: number }>
> = {
  bool: Uint8Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
};

export function bytesPerElement(type: Exclude<TensorType, 'string'>): number {
  return wireArrays[type].BYTES_PER_ELEMENT;
}

/**
 * The tensor whose binary data are `bytes`; a view of them where they lie well for that. INPUT_INVALID names the input and what does
 * not fit its shape.
 */
export function tensorOfBytes(
  name: string,
  type: TensorType,
  dims: readonly number[],
  bytes: Buffer,
): TensorValue {
  const count = elementCount(dims);
  if (type === 'string') return { type, dims, data: readByteStrings(name, count, bytes) };
  const size = bytesPerElement(type);
  if (bytes.length !== count * size) throw wrongSize(name, type, dims, count * size, bytes.length);
  const numbers = numbersOf(wireArrays[type], bytes, count, size);
  if (type === 'float16') return { type, dims, data: widenFloat16(numbers as Uint16Array) };
  if (type === 'bfloat16') return { type, dims, data: widenBfloat16(numbers as Uint16Array) };
  if (type === 'bool') assertBooleans(name, numbers as Uint8Array);
  return { type, dims, data: numbers };
}

/** The tensor's binary data; a view of it where nothing has to be converted. */
export function bytesOfTensor({ type, data }: TensorValue): Uint8Array {
  if (type === 'string') return writeByteStrings(data as string[]);
  const numbers =
    type === 'float16'
      ? narrowToFloat16(data as Float32Array)
      : type === 'bfloat16'
        ? narrowToBfloat16(data as Float32Array)
        : (data as NumberArray);
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function numbersOf(array: Numbers, { buffer, byteOffset, length }: Buffer, count: number, size: number) {
  if (byteOffset % size === 0) return new array(buffer, byteOffset, count);
  return new array(buffer.slice(byteOffset, byteOffset + length), 0, count);
}

function assertBooleans(name: string, bytes: Uint8Array): void {
  const wrong = bytes.findIndex((byte) => byte > 1);
  if (wrong !== -1)
    throw invalidInput(
      name,
      `element ${wrong} is the byte ${bytes[wrong]}; BOOL has 0 for false and 1 for true.`,
    );
}

function wrongSize(name: string, type: TensorType, dims: readonly number[], expected: number, found: number) {
  return invalidInput(
    name,
    `${datatypes[type]} of the shape [${dims.join(', ')}] takes ${expected} bytes, and ${found} were sent.`,
  );
}
