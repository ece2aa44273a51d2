// An inference request of the protocol, read for the model that it is sent to: from a JSON object, and the binary data behind it,
// to the rows to run and the outputs to give. Nothing of HTTP is in here, and no schema: these checks take some microseconds for a
// request that runs in as many.

import { type InferenceModel, type RowSource, tensorOfJson, tensorRows } from '@flightdeck/inference';
import type { TensorInfo, Tensors, TensorValue } from '@flightdeck/onnx';
import { tensorOfBytes } from './binary-tensors.ts';
import { assertTexts } from './byte-strings.ts';
import { datatypes } from './datatypes.ts';
import {
  asObject,
  assertMembers,
  booleanParameter,
  invalidBody,
  invalidInput,
  type JsonObject,
  parametersOf,
  quoted,
} from './refusals.ts';
import { assertRows, readShape } from './shapes.ts';

/** What has to be known of a model to read requests for it. */
export type ModelFace = Pick<InferenceModel, 'inputs' | 'outputs' | 'skippedOutputs' | 'batching'>;

export interface RequestedOutput {
  readonly name: string;
  /** As binary data behind the JSON, not within it. */
  readonly binary: boolean;
}

export interface InferRequest {
  readonly id?: string;
  readonly rows: RowSource;
  /** In the order in which they are to be given. */
  readonly outputs: readonly RequestedOutput[];
  /** How long the caller waits, microseconds. */
  readonly timeoutMicroseconds?: number;
}

/**
 * Reads requests for one model. `binary` is what came behind the JSON, or null where the request did not say how long its JSON is.
 * INVALID_BODY, INPUT_INVALID or NOT_SUPPORTED, naming what is wrong.
 */
export type InferRequestReader = (endpoint: string, body: unknown, binary: Buffer | null) => InferRequest;

export function inferRequestReader(model: ModelFace): InferRequestReader {
  const names = model.inputs.map(({ name }) => name);
  const known = { inputs: model.inputs, names, positions: new Map(names.map((name, i) => [name, i])) };
  return (endpoint, body, binary) => {
    const request = asObject('The request', body);
    assertMembers('The request', request, ['id', 'model_name', 'parameters', 'inputs', 'outputs']);
    const { id, model_name: modelName = endpoint } = request;
    if (id !== undefined && typeof id !== 'string') throw invalidBody('id must be a string.');
    if (modelName !== endpoint) throw invalidBody('model_name is not the name in the address. Leave it out.');
    const parameters = parametersOf('The request', request, ['timeout', 'binary_data_output']);
    const { timeout } = parameters;
    if (timeout !== undefined && typeof timeout !== 'number')
      throw invalidBody('The parameter "timeout" must be a number of microseconds.');
    return {
      ...(id !== undefined && { id }),
      ...(timeout !== undefined && { timeoutMicroseconds: timeout }),
      outputs: readOutputs(model, request.outputs, parameters),
      rows: rowsOf(model, readInputs(known, request.inputs, binary)),
    };
  };
}

/** Rows where the model has rows; else the request is one thing, whatever its first dimension means. */
export function rowsOf(model: ModelFace, feeds: Tensors): RowSource {
  assertRows(model, feeds);
  const rows = tensorRows(model.inputs, feeds);
  return 'maxRows' in model.batching ? rows : { ...rows, rows: 1 };
}

interface KnownInputs {
  readonly inputs: readonly TensorInfo[];
  readonly names: readonly string[];
  readonly positions: ReadonlyMap<string, number>;
}

function readInputs(known: KnownInputs, value: unknown, binary: Buffer | null): Tensors {
  if (!Array.isArray(value)) throw invalidBody('inputs must be a list with one object an input.');
  const tensors = new Array<TensorValue | undefined>(known.names.length).fill(undefined);
  let taken = 0;
  for (const entry of value) {
    const input = asObject('An input', entry);
    const position = positionOf(known, input.name);
    const info = known.inputs[position]!;
    if (tensors[position] !== undefined) throw invalidInput(info.name, 'it is sent twice.');
    const bytes = binaryData(info.name, input, binary, taken);
    tensors[position] = readInput(info, input, bytes);
    taken += bytes?.length ?? 0;
  }
  const left = (binary?.length ?? 0) - taken;
  if (left > 0)
    throw invalidBody(`${left} bytes of the body belong to no input. Check each binary_data_size.`);
  return allOf(known, tensors);
}

function allOf({ names }: KnownInputs, tensors: readonly (TensorValue | undefined)[]): Tensors {
  const feeds: Record<string, TensorValue> = {};
  for (let i = 0; i < tensors.length; i++) {
    const tensor = tensors[i];
    if (tensor === undefined) throw invalidBody(`The request lacks input "${names[i]}".`);
    feeds[names[i]!] = tensor;
  }
  return feeds;
}

function positionOf({ names, positions }: KnownInputs, name: unknown): number {
  if (typeof name !== 'string') throw invalidBody('An input must have a name, which is a string.');
  const position = positions.get(name);
  if (position !== undefined) return position;
  throw invalidBody(`The model has no input ${quoted(name)}. It takes ${names.join(', ')}.`);
}

/** This input's part of what is behind the JSON, of which some was taken before; null if its data are in the JSON. */
function binaryData(name: string, input: JsonObject, binary: Buffer | null, taken: number): Buffer | null {
  const subject = `Input "${name}"`;
  assertMembers(subject, input, ['name', 'shape', 'datatype', 'parameters', 'data']);
  const { binary_data_size: size } = parametersOf(subject, input, ['binary_data_size']);
  if ((size === undefined) === (input.data === undefined))
    throw invalidInput(name, 'send either data or the parameter binary_data_size, and not both.');
  if (size === undefined) return null;
  if (!Number.isSafeInteger(size) || (size as number) < 0)
    throw invalidInput(name, 'binary_data_size must be a whole number of bytes.');
  if (binary === null)
    throw invalidInput(
      name,
      'binary data need the header Inference-Header-Content-Length: the length of the JSON.',
    );
  const bytes = binary.subarray(taken, taken + (size as number));
  if (bytes.length === size) return bytes;
  throw invalidInput(
    name,
    `binary_data_size is ${size}, and the body has ${bytes.length} bytes left for it.`,
  );
}

function readInput(
  info: TensorInfo,
  { datatype, shape, data }: JsonObject,
  bytes: Buffer | null,
): TensorValue {
  const { name, type } = info;
  if (datatype !== datatypes[type])
    throw invalidInput(name, `datatype must be ${datatypes[type]}, which is what the model takes.`);
  const dims = readShape(info, shape);
  if (bytes !== null) return tensorOfBytes(name, type, dims, bytes);
  const tensor = tensorOfJson(name, type, dims, data);
  if (type === 'string') assertTexts(name, tensor.data as string[]);
  return tensor;
}

function readOutputs(model: ModelFace, value: unknown, parameters: JsonObject): readonly RequestedOutput[] {
  const binary = booleanParameter('The request', parameters, 'binary_data_output') ?? false;
  if (value !== undefined && !Array.isArray(value))
    throw invalidBody('outputs must be a list with one object an output.');
  if (value === undefined || value.length === 0) return model.outputs.map(({ name }) => ({ name, binary }));
  const names = new Set<string>();
  return value.map((entry) => {
    const output = asObject('An output', entry);
    const name = namedOutput(model, output.name);
    const subject = `Output "${name}"`;
    if (names.has(name)) throw invalidBody(`${subject} is asked for twice.`);
    names.add(name);
    assertMembers(subject, output, ['name', 'parameters']);
    const own = booleanParameter(subject, parametersOf(subject, output, ['binary_data']), 'binary_data');
    return { name, binary: own ?? binary };
  });
}

function namedOutput({ outputs, skippedOutputs }: ModelFace, name: unknown): string {
  if (typeof name !== 'string') throw invalidBody('An output must have a name, which is a string.');
  if (outputs.some((output) => output.name === name)) return name;
  if (skippedOutputs.includes(name))
    throw invalidBody(
      `Output ${quoted(name)} is no tensor (a map or a sequence), which the protocol cannot carry.`,
    );
  throw invalidBody(
    `The model has no output ${quoted(name)}. It gives ${outputs.map((output) => output.name).join(', ')}.`,
  );
}
