// Tensors on their way into the runtime. It answers a wrong one in words about indices and its own types, and takes some that
// are wrong without a word; so everything is checked here, where the input's name is known.

import type { FlightdeckError } from '@flightdeck/core';
import type { Tensor } from 'onnxruntime-node';
import { invalid } from './refusals.ts';
import {
  carrierOf,
  isDataOf,
  type TensorInfo,
  type Tensors,
  type TensorType,
  type TensorValue,
} from './tensors.ts';

export interface SessionInput {
  readonly info: TensorInfo;
  readonly anyRank: boolean;
  /** What the runtime calls the input, and takes it as. */
  readonly runtimeName: string;
  readonly runtimeType: TensorType;
}

/** What the runtime reads of a tensor. Its own class checks again, for 3 µs in a run of 23 inputs. */
interface Feed extends TensorValue {
  readonly location: 'cpu';
}

/** What the runtime takes for `tensors`. ONNX_INPUT_INVALID names the input that does not fit and what it should be. */
export function inputFeeds(inputs: readonly SessionInput[], tensors: Tensors): Record<string, Tensor> {
  const feeds: Record<string, Feed> = {};
  for (const input of inputs) feeds[input.runtimeName] = feedOf(input, tensors);
  const names = Object.keys(tensors);
  // All inputs are there, so whatever is more has no input.
  if (names.length > inputs.length) throw unknownInput(names, inputs);
  return feeds as unknown as Record<string, Tensor>;
}

function feedOf(input: SessionInput, tensors: Tensors): Feed {
  const { name, type } = input.info;
  const value = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (!value) throw invalid(`input "${name}" is missing`);
  const { dims, data } = value;
  if (value.type !== type) throw invalid(`input "${name}" must be ${type}, not ${value.type}`);
  if (!isDataOf(type, data)) throw invalid(`input "${name}" must be ${carrierOf(type)}`);
  const count = countOf(input, dims);
  if (data.length !== count)
    throw invalid(
      `input "${name}" must have ${count} values, not ${data.length}, for the shape [${dims.join(', ')}]`,
    );
  if (type === 'string') checkStrings(name, data as string[]);
  if (type === 'bool') checkBools(name, data as Uint8Array);
  return { type: input.runtimeType, dims, data, location: 'cpu' };
}

/** The number of elements, once the dimensions were found to fit what the model declares. */
function countOf({ info: { name, shape }, anyRank }: SessionInput, dims: readonly number[]): number {
  if (!Array.isArray(dims)) throw invalid(`input "${name}" must have dims, a list of sizes`);
  if (dims.length !== shape.length && !anyRank) throw wrongShape(name, shape, dims);
  let count = 1;
  for (let i = 0; i < dims.length; i++) {
    const size: number = dims[i]!;
    if (!Number.isInteger(size) || size < 0 || size >= 2 ** 32)
      throw invalid(`input "${name}" has the size ${size} in its shape; sizes are whole numbers below 2^32`);
    const declared = shape[i];
    if (typeof declared === 'number' && declared !== size) throw wrongShape(name, shape, dims);
    count *= size;
  }
  return count;
}

/** The runtime would read a string up to its first NUL, and so answer for another one. */
function checkStrings(name: string, strings: readonly unknown[]): void {
  for (let i = 0; i < strings.length; i++) {
    const value = strings[i];
    if (typeof value !== 'string')
      throw invalid(`input "${name}" must be ${carrierOf('string')}, and element ${i} is ${typeof value}`);
    if (value.includes('\0'))
      throw invalid(`input "${name}", element ${i}, holds the character NUL, which ONNX Runtime cannot take`);
  }
}

/** Any other byte is undefined behaviour in the runtime's C++. */
function checkBools(name: string, bytes: Uint8Array): void {
  const at = bytes.findIndex((byte) => byte > 1);
  if (at >= 0) throw invalid(`input "${name}", element ${at}, must be 0 or 1, not ${bytes[at]}`);
}

function wrongShape(name: string, shape: TensorInfo['shape'], dims: readonly number[]): FlightdeckError {
  const sizes = shape.map((size) => (size === '' ? 'any' : size));
  return invalid(`input "${name}" must have the shape [${sizes.join(', ')}], not [${dims.join(', ')}]`);
}

function unknownInput(names: readonly string[], inputs: readonly SessionInput[]): FlightdeckError {
  const known = inputs.map(({ info }) => info.name);
  const unknown = names.find((name) => !known.includes(name));
  return invalid(`it has no input "${unknown}" (its inputs: ${known.join(', ')})`);
}
