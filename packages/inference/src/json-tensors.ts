// Tensors from JSON and back: lists, flat in row-major order or nested in the tensor's shape.

import { FlightdeckError } from '@flightdeck/core';
import {
  elementCount,
  type TensorData,
  type TensorType,
  type TensorValue,
  tensorData,
} from '@flightdeck/onnx';

/** What JSON says of one element. A 64-bit integer beyond 2^53 goes out as raw digits, which JSON allows. */
export type JsonElement = number | string | boolean | null | object;
export type JsonElements = JsonElement | readonly JsonElements[];

type Write = (data: TensorData, at: number, value: unknown) => boolean;

/**
 * Reads `value` as a tensor called `name`. null is NaN where the type has one. INPUT_INVALID names the tensor, the position
 * (in row-major order) and what was expected.
 */
export function tensorOfJson(
  name: string,
  type: TensorType,
  dims: readonly number[],
  value: unknown,
): TensorValue {
  const count = elementCount(dims);
  const flat = flatElements(name, dims, count, value);
  const data = tensorData(type, count);
  const write = writers[type];
  for (let i = 0; i < count; i++) {
    if (!write(data, i, flat[i])) throw wrongElement(name, type, i, flat[i]);
  }
  return { type, dims, data };
}

/** The tensor's elements as lists nested in its shape. OUTPUT_NOT_JSON names a NaN or an infinity, which JSON cannot hold. */
export function jsonOfTensor(name: string, tensor: TensorValue): JsonElements {
  return nested(flatJsonOfTensor(name, tensor), tensor.dims, 0, 0);
}

/** The same as one flat list. */
export function flatJsonOfTensor(name: string, { type, data }: TensorValue): readonly JsonElement[] {
  if (Array.isArray(data)) return data;
  if (type === 'bool') return Array.from(data as Uint8Array, (byte) => byte !== 0);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, jsonInteger);
  const numbers = data as Exclude<TensorData, string[] | BigInt64Array | BigUint64Array>;
  for (let i = 0; i < numbers.length; i++) {
    if (!Number.isFinite(numbers[i])) throw notJson(name, i, numbers[i]!);
  }
  return Array.from(numbers);
}

/** The declared sizes, and where one is left open, what the value has there: its first element decides for all. */
export function shapeOfJson(declared: readonly (number | string)[], value: unknown): number[] {
  let inner = value;
  return declared.map((size) => {
    const found = Array.isArray(inner) ? inner.length : 1;
    inner = Array.isArray(inner) ? inner[0] : inner;
    return typeof size === 'number' ? size : found;
  });
}

function flatElements(
  name: string,
  dims: readonly number[],
  count: number,
  value: unknown,
): readonly unknown[] {
  if (!Array.isArray(value)) {
    if (dims.length === 0) return [value];
    throw shapeMismatch(name, dims, 'is no list');
  }
  if (value.length === count && !Array.isArray(value[0])) return value;
  const flat: unknown[] = [];
  flatten(name, dims, 0, value, flat);
  return flat;
}

/** Walks no deeper than the shape has dimensions, however deep the value is. */
function flatten(
  name: string,
  dims: readonly number[],
  depth: number,
  value: unknown,
  into: unknown[],
): void {
  if (depth === dims.length) {
    into.push(value);
    return;
  }
  if (!Array.isArray(value) || value.length !== dims[depth])
    throw shapeMismatch(
      name,
      dims,
      Array.isArray(value)
        ? `has a list of ${value.length} in dimension ${depth}`
        : `has no list in dimension ${depth}`,
    );
  for (const inner of value) flatten(name, dims, depth + 1, inner, into);
}

function nested(
  flat: readonly JsonElement[],
  dims: readonly number[],
  depth: number,
  from: number,
): JsonElements {
  if (dims.length === 0) return flat[0]!;
  const size = dims[depth]!;
  if (depth === dims.length - 1) return flat.slice(from, from + size);
  const stride = elementCount(dims.slice(depth + 1));
  return Array.from({ length: size }, (_, i) => nested(flat, dims, depth + 1, from + i * stride));
}

const writers: Readonly<Record<TensorType, Write>> = {
  float32: narrowFloat(Number.POSITIVE_INFINITY),
  // Halfway between the largest number of the type and what would come next: from here on it rounds to infinity.
  float16: narrowFloat(2 ** 16 - 2 ** 4),
  bfloat16: narrowFloat(2 ** 128 - 2 ** 119),
  float64: (data, at, value) => {
    if (value === null) return setNumber(data, at, Number.NaN);
    return typeof value === 'number' && Number.isFinite(value) && setNumber(data, at, value);
  },
  int8: integer(-(2 ** 7), 2 ** 7 - 1),
  int16: integer(-(2 ** 15), 2 ** 15 - 1),
  int32: integer(-(2 ** 31), 2 ** 31 - 1),
  uint8: integer(0, 2 ** 8 - 1),
  uint16: integer(0, 2 ** 16 - 1),
  uint32: integer(0, 2 ** 32 - 1),
  int64: bigInteger(Number.MIN_SAFE_INTEGER),
  uint64: bigInteger(0),
  bool: (data, at, value) => typeof value === 'boolean' && setNumber(data, at, value ? 1 : 0),
  string: (data, at, value) => {
    if (typeof value !== 'string') return false;
    (data as string[])[at] = value;
    return true;
  },
};

/** 1e39 is well-formed JSON and becomes infinity as a 32-bit float, as smaller ones do in smaller types. */
function narrowFloat(limit: number): Write {
  return (data, at, value) => {
    if (value === null) return setNumber(data, at, Number.NaN);
    return typeof value === 'number' && Math.abs(Math.fround(value)) < limit && setNumber(data, at, value);
  };
}

function integer(least: number, most: number): Write {
  return (data, at, value) =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    value >= least &&
    value <= most &&
    setNumber(data, at, value);
}

/** Beyond 2^53 the number was rounded before anybody here saw it, so it is refused rather than taken for another one. */
function bigInteger(least: number): Write {
  return (data, at, value) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least) return false;
    (data as BigInt64Array)[at] = BigInt(value);
    return true;
  };
}

function setNumber(data: TensorData, at: number, value: number): true {
  (data as Float32Array)[at] = value;
  return true;
}

function jsonInteger(value: bigint): JsonElement {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : rawJson(value.toString());
}

/** `JSON.rawJSON` is in Node 22 and later, and not yet in TypeScript's library. */
const rawJson = (JSON as unknown as { rawJSON(text: string): object }).rawJSON;

const expectations: Partial<Record<TensorType, string>> = {
  float32: 'a finite number that fits 32 bits, or null for NaN',
  float16: 'a finite number that fits float16, or null for NaN',
  bfloat16: 'a finite number that fits bfloat16, or null for NaN',
  string: 'a string',
  bool: 'true or false',
  int64: 'a whole number within ±(2^53 - 1) (send larger ones in binary)',
  uint64: 'a whole number from 0 to 2^53 - 1 (send larger ones in binary)',
  float64: 'a finite number, or null for NaN',
};

function wrongElement(name: string, type: TensorType, position: number, value: unknown): FlightdeckError {
  const expected = expectations[type] ?? `a whole number that fits ${type}`;
  return new FlightdeckError(
    'INPUT_INVALID',
    `Input "${name}", element ${position}: expected ${expected}, got ${described(value)}.`,
  );
}

function shapeMismatch(name: string, dims: readonly number[], found: string): FlightdeckError {
  return new FlightdeckError(
    'INPUT_INVALID',
    `Input "${name}" should have the shape [${dims.join(', ')}] and ${found}. ` +
      `Send ${elementCount(dims)} values in one list, or lists nested in that shape.`,
  );
}

function notJson(name: string, position: number, value: number): FlightdeckError {
  return new FlightdeckError(
    'OUTPUT_NOT_JSON',
    `Output "${name}", element ${position}, is ${value}, which JSON cannot hold. ` +
      'Ask for binary data on /v2, or send an input for which the model has an answer.',
  );
}

function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
}
