// Requests that a server must refuse, each wrong in one way, made from a request that the model takes.

import type { HttpRequest } from '../http-client.ts';
import { type JsonObject, jsonInput, jsonPayload, type Payload } from '../infer-request.ts';
import {
  exampleRequest,
  type Model,
  modelPath,
  requireJsonExample,
  requireMetadata,
} from '../model-under-test.ts';
import { skipped } from '../outcome.ts';
import type { RequirementName } from '../requirement.ts';
import { unknownModel, unknownVersion } from '../server-under-test.ts';
import { elementCount, type InputTensor } from '../tensor.ts';
import { texts } from '../texts.ts';

export interface RefusedRequest extends RequirementName {
  /** Throws Skipped where such a request cannot be made. */
  make(model: Model): HttpRequest;
  /** A status outside 4xx that is right too. */
  readonly alsoRight?: (model: Model) => number | undefined;
}

/** Servers without versions say that they have none. */
const notImplementedWithoutVersions = (model: Model) =>
  requireMetadata(model).versions.length > 0 ? undefined : 501;

export const refusedRequests: readonly RefusedRequest[] = [
  refused(
    'errors.unknown-model.infer',
    texts.inferError,
    'Inference with a model that the server does not have is refused.',
    (model) => post(`${modelPath(unknownModel)}/infer`, exampleRequest(requireJsonExample(model))),
  ),
  refused(
    'errors.unknown-model.metadata',
    texts.modelMetadataError,
    'Metadata of a model that the server does not have is refused.',
    () => ({ method: 'GET', path: modelPath(unknownModel) }),
  ),
  {
    ...refused(
      'errors.unknown-version.infer',
      texts.inferError,
      'Inference with a version that the model does not have is refused.',
      (model) =>
        post(`${modelPath(model.name, unknownVersion)}/infer`, exampleRequest(requireJsonExample(model))),
    ),
    alsoRight: notImplementedWithoutVersions,
  },
  {
    ...refused(
      'errors.unknown-version.metadata',
      texts.modelMetadataError,
      'Metadata of a version that the model does not have is refused.',
      (model) => ({ method: 'GET', path: modelPath(model.name, unknownVersion) }),
    ),
    alsoRight: notImplementedWithoutVersions,
  },
  refused('errors.empty-body', texts.inferRequest, 'An empty body is refused.', raw('')),
  refused(
    'errors.malformed-json',
    texts.inferRequest,
    'A body that is no whole JSON is refused.',
    raw('{"inputs": ['),
  ),
  refused('errors.not-an-object', texts.inferRequest, 'JSON that is no object is refused.', raw('[1, 2]')),
  refused('errors.inputs-absent', texts.inferRequest, 'A request without inputs is refused.', raw('{}')),
  refused(
    'errors.inputs-not-a-list',
    texts.inferRequest,
    'Inputs that are no list are refused.',
    changed(() => ({ inputs: 'none' })),
  ),
  refused(
    'errors.inputs-empty',
    texts.modelMetadata,
    'A list of no inputs is refused when the model wants one.',
    changed(() => ({ inputs: [] })),
  ),
  refused(
    'errors.missing-input',
    texts.modelMetadata,
    'A request that lacks one of the inputs that the model requires is refused.',
    changed((inputs) => {
      if (inputs.length < 2) throw skipped('the model has one input');
      return { inputs: inputs.slice(1).map(jsonInput) };
    }),
  ),
  {
    ...refused(
      'errors.unknown-input',
      texts.requestInput,
      'An input that the model does not have is refused, not ignored.',
      changed((inputs) => ({
        inputs: [
          ...inputs.map(jsonInput),
          { ...jsonInput(inputs[0]!), name: 'oip-conformance-no-such-input' },
        ],
      })),
    ),
    level: 'recommended',
  },
  ...(['name', 'shape', 'datatype', 'data'] as const).map((field) =>
    refused(
      `errors.input-without-${field}`,
      texts.requestInput,
      `An input without ${field} is refused.`,
      // A field that is undefined does not reach the JSON.
      firstInput(() => ({ [field]: undefined })),
    ),
  ),
  refused(
    'errors.unknown-datatype',
    texts.datatypes,
    'A datatype that the protocol does not have is refused.',
    firstInput(() => ({ datatype: 'FP33' })),
  ),
  refused(
    'errors.wrong-datatype',
    texts.modelMetadata,
    'Texts for an input that takes numbers are refused.',
    changed((inputs) => {
      const at = inputs.findIndex(({ datatype }) => datatype !== 'BYTES');
      if (at < 0) throw skipped('every input takes texts');
      const wrong = { ...inputs[at]!, datatype: 'BYTES', data: inputs[at]!.data.map(() => 'no number') };
      return { inputs: inputs.with(at, wrong).map(jsonInput) };
    }),
  ),
  refused(
    'errors.wrong-element',
    texts.tensorData,
    'An element that is neither number, text nor boolean is refused.',
    firstInput(({ data }) => ({ data: [{}, ...data.slice(1)] })),
  ),
  refused(
    'errors.data-short',
    texts.tensorData,
    'Data with fewer elements than the shape says is refused.',
    firstInput(({ data }) => ({ data: data.slice(0, -1) })),
  ),
  refused(
    'errors.data-long',
    texts.tensorData,
    'Data with more elements than the shape says is refused.',
    firstInput(({ data }) => ({ data: [...data, data[0]] })),
  ),
  refused(
    'errors.shape-overflow',
    texts.tensorData,
    'A shape so large that its size overflows 64 bits is refused.',
    firstInput(({ shape }) => {
      if (shape.length < 2) throw skipped('the first input has fewer than two dimensions');
      return { shape: [2 ** 32, 2 ** 32, ...shape.slice(2)] };
    }),
  ),
  refused(
    'errors.negative-dimension',
    texts.requestInput,
    'A negative dimension is refused.',
    firstInput(({ shape }) => ({ shape: [-1, ...shape.slice(1)] })),
  ),
  refused(
    'errors.fractional-dimension',
    texts.requestInput,
    'A dimension that is no whole number is refused.',
    firstInput(({ shape }) => ({ shape: [1.5, ...shape.slice(1)] })),
  ),
  refused(
    'errors.wrong-rank',
    texts.modelMetadata,
    'A tensor with another number of dimensions than the metadata says is refused.',
    firstInput(({ shape }) => ({ shape: [1, ...shape] })),
  ),
  refused(
    'errors.wrong-dimension',
    texts.modelMetadata,
    'A tensor that differs from the metadata in a fixed dimension is refused.',
    (model) => post(`${modelPath(model.name)}/infer`, withWrongDimension(model)),
  ),
  refused(
    'errors.unknown-output',
    texts.requestOutput,
    'A request for an output that the model does not have is refused.',
    changed(() => ({ outputs: [{ name: 'oip-conformance-no-such-output' }] })),
  ),
];

function refused(
  id: string,
  section: string,
  sentence: string,
  make: RefusedRequest['make'],
): RefusedRequest {
  return { id, level: 'required', sentence, section, make };
}

function post(path: string, request: JsonObject): HttpRequest {
  return { method: 'POST', path, ...jsonPayload(request) };
}

/** Says nothing about a model, so it needs no example. */
function raw(body: string): RefusedRequest['make'] {
  return (model) => inferPost(model, { body });
}

export function inferPost(model: Model, payload: Payload): HttpRequest {
  return { method: 'POST', path: `${modelPath(model.name)}/infer`, ...payload };
}

/** The example with other fields. */
function changed(change: (inputs: readonly InputTensor[]) => JsonObject): RefusedRequest['make'] {
  return (model) => {
    const example = requireJsonExample(model);
    return inferPost(model, jsonPayload(exampleRequest(example, change(example.inputs))));
  };
}

/** The example with its first input changed. */
function firstInput(change: (input: InputTensor) => JsonObject): RefusedRequest['make'] {
  return changed(([first, ...others]) => ({
    inputs: [{ ...jsonInput(first!), ...change(first!) }, ...others.map(jsonInput)],
  }));
}

function withWrongDimension(model: Model): JsonObject {
  const example = requireJsonExample(model);
  const { inputs } = requireMetadata(model);
  const fixed = (input: InputTensor) =>
    inputs.find(({ name }) => name === input.name)?.shape.findLastIndex((size) => size > 0) ?? -1;
  const at = example.inputs.findIndex((input) => fixed(input) >= 0);
  const input = example.inputs[at];
  if (!input) throw skipped('every dimension is variable');
  const axis = fixed(input);
  const shape = input.shape.with(axis, input.shape[axis]! + 1);
  const data = Array.from({ length: elementCount(shape) }, (_, i) => input.data[i % input.data.length]!);
  return exampleRequest({ ...example, inputs: example.inputs.with(at, { ...input, shape, data }) });
}
