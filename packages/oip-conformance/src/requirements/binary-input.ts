// Inputs whose data follows the JSON in binary.

import { gzipSync } from 'node:zlib';
import { datatypes, type Element } from '../datatypes.ts';
import { described } from '../http-client.ts';
import { readAnswer, requireFramed, requireOutputs } from '../infer-answer.ts';
import { allBinary, binaryInput, binaryPayload, type JsonObject, jsonInput } from '../infer-request.ts';
import {
  exampleRequest,
  infer,
  inferJson,
  type Model,
  requireExample,
  requireJsonExample,
  requireMetadata,
  requireRepeatable,
  requireSame,
  withParameters,
} from '../model-under-test.ts';
import { skipped, unmet } from '../outcome.ts';
import { ofExtension, type Requirement, recommended } from '../requirement.ts';
import { differenceOf, type InputTensor } from '../tensor.ts';
import { bytesOfElements } from '../tensor-bytes.ts';
import { texts } from '../texts.ts';

const binary = ofExtension('binary_tensor_data');

export const binaryInputs: readonly Requirement<Model>[] = [
  binary<Model>(
    'binary.input',
    texts.binaryRequest,
    'Inputs in binary give the same answer as inputs in JSON.',
    async (model) => {
      const { inputs } = requireExample(model);
      requireSame(model, await send(model, inputs));
    },
  ),
  binary<Model>(
    'binary.input.order',
    texts.binaryRequest,
    'The bytes of several inputs follow in the order of the inputs in the JSON.',
    async (model) => {
      const { inputs } = requireExample(model);
      if (inputs.length < 2) throw skipped('the model has one input');
      requireSame(model, await send(model, inputs.toReversed()));
    },
    { needs: ['binary.input'] },
  ),
  binary<Model>(
    'binary.input.mixed',
    texts.binaryRequest,
    'Some inputs may come in JSON and others in binary.',
    async (model) => {
      const [first, ...others] = requireExample(model).inputs;
      if (others.length === 0) throw skipped('the model has one input');
      const parts = others.map(({ datatype, data }) => bytesOfElements(datatype, data));
      const inputs = [jsonInput(first!), ...others.map((input, i) => binaryInput(input, parts[i]!.length))];
      const request = { ...fieldsOf(model), inputs };
      requireSame(model, requireFramed(await infer(model, binaryPayload(request, parts))));
    },
    { needs: ['binary.input'] },
  ),
  binary<Model>(
    'binary.input.exact',
    texts.datatypes,
    'Values at the edge of their datatype give the same answer in JSON as in binary, or are refused.',
    async (model) => {
      requireJsonExample(model);
      requireRepeatable(model);
      // One input at a time: a server may refuse the values of one datatype in JSON, and not those of another.
      const refusals: string[] = [];
      const { inputs } = requireExample(model);
      for (let at = 0; at < inputs.length; at++) {
        const refusal = await refusalOfEdges(model, inputs.with(at, atTheEdge(inputs[at]!)));
        if (refusal) refusals.push(`"${inputs[at]!.name}": ${refusal}`);
      }
      if (refusals.length === inputs.length) throw skipped(`no such values are taken: ${refusals[0]}`);
    },
    { needs: ['binary.input'] },
  ),
  binary<Model>(
    'binary.input.raw',
    texts.rawBinary,
    'Bytes alone, with a JSON length of 0, are taken for the only input, and answered in binary.',
    async (model) => {
      const input = requireRawInput(model);
      const body = bytesOfElements(input.datatype, input.data);
      const headers = { 'content-type': 'application/octet-stream', 'inference-header-content-length': '0' };
      const came = requireFramed(await infer(model, { body, headers }));
      if (came.some((output) => !output.binary)) throw unmet('all outputs in binary', 'outputs in JSON');
      requireSame(model, came, await send(model, [input]));
    },
    { needs: ['binary.input'] },
  ),
  recommended<Model>(
    'binary.input.gzip',
    texts.tritonClient,
    'A binary request may be compressed whole; the header tells the length of the JSON before that.',
    async (model) => {
      const { body, headers } = allBinary(requireExample(model).inputs, fieldsOf(model));
      const packed = { body: gzipSync(body), headers: { ...headers, 'content-encoding': 'gzip' } };
      requireSame(model, requireFramed(await infer(model, packed)));
    },
    { extension: 'binary_tensor_data', needs: ['binary.input'] },
  ),
];

async function send(model: Model, inputs: readonly InputTensor[]) {
  return requireFramed(await infer(model, allBinary(inputs, fieldsOf(model))));
}

/** The answer comes in JSON, but for a model that has none in JSON (16-bit floats). */
function fieldsOf(model: Model): JsonObject {
  const example = requireExample(model);
  return example.json ? example.fields : withParameters(example, { binary_data_output: true });
}

/** Why the inputs are not taken in binary, or not in JSON. Where both are, the answers must be equal. */
async function refusalOfEdges(model: Model, inputs: readonly InputTensor[]): Promise<string | undefined> {
  const example = requireExample(model);
  const wanted = withParameters(example, { binary_data_output: true });
  const inBinary = readAnswer(await infer(model, allBinary(inputs, wanted)));
  if ('fault' in inBinary) return inBinary.came;
  const inJson = await inferJson(model, exampleRequest({ ...example, inputs }));
  if (inJson.status >= 400 && inJson.status < 500) return described(inJson);
  const difference = differenceOf(inBinary.outputs, requireOutputs(inJson));
  if (difference) throw unmet('the answer that binary gives', difference);
  return undefined;
}

function atTheEdge(input: InputTensor): InputTensor {
  const edges: readonly Element[] = datatypes[input.datatype]!.edges;
  return { ...input, data: input.data.map((_, i) => edges[i % edges.length]!) };
}

/** The text allows raw requests where the size of the body tells the shape: one input with one open dimension at most. */
function requireRawInput(model: Model): InputTensor {
  const { inputs } = requireExample(model);
  const [input] = inputs;
  const shape = requireMetadata(model).inputs[0]?.shape ?? [];
  if (!input || inputs.length !== 1) throw skipped('the model has several inputs');
  if (input.datatype === 'BYTES') throw skipped('the size of BYTES does not tell their shape');
  if (shape.filter((size) => size < 0).length > 1) throw skipped('the input has several variable dimensions');
  const [rows = 1, ...rest] = input.shape;
  // Such a request is a batch of one.
  if (shape[0] !== -1 || rows === 1) return input;
  return { ...input, shape: [1, ...rest], data: input.data.slice(0, input.data.length / rows) };
}
