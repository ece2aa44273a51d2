// Outputs whose data follows the JSON in binary.

import type { Answer } from '../http-client.ts';
import { lengthHeader, readAnswer, requireFramed } from '../infer-answer.ts';
import { allBinary, type JsonObject, jsonInput, jsonPayload } from '../infer-request.ts';
import { infer, type Model, requireExample, requireSame, withParameters } from '../model-under-test.ts';
import { skipped, unmet } from '../outcome.ts';
import { ofExtension, type Requirement, recommended } from '../requirement.ts';
import type { OutputTensor } from '../tensor.ts';
import { texts } from '../texts.ts';

const binary = ofExtension('binary_tensor_data');

export const binaryOutputs: readonly Requirement<Model>[] = [
  binary<Model>(
    'binary.output.header',
    texts.binaryRequest,
    `An answer with binary data tells the length of its JSON in ${lengthHeader}.`,
    async (model) => {
      const answer = await askAllBinary(model);
      const read = readAnswer(answer);
      if ('fault' in read && read.fault === 'frame') throw unmet(read.expected, read.came);
      const header = answer.headers.get(lengthHeader);
      if ('fault' in read || !read.binary) throw skipped('the server sent no binary data that can be read');
      if (!/^\d+$/.test(header ?? '')) throw unmet('a number', header ?? 'no header');
    },
  ),
  binary<Model>(
    'binary.output.sizes',
    texts.binaryRequest,
    'binary_data_size of each output is the size of its tensor, and together they fill the body.',
    async (model) => {
      const read = readAnswer(await askAllBinary(model));
      if ('fault' in read && read.fault === 'sizes') throw unmet(read.expected, read.came);
      if ('fault' in read || !read.binary) throw skipped('the server sent no binary data that can be read');
    },
  ),
  binary<Model>(
    'binary.output.no-data',
    texts.binaryRequest,
    'An output in binary has no data in the JSON.',
    async (model) => {
      const read = readAnswer(await askAllBinary(model));
      if ('fault' in read || !read.binary) throw skipped('the server sent no binary data that can be read');
      const twice = read.body.outputs.find(({ data, parameters }) => data && parameters?.binary_data_size);
      if (twice) throw unmet('either data or binary_data_size', `both for "${twice.name}"`);
    },
  ),
  recommended<Model>(
    'binary.output.content-type',
    texts.binaryRequest,
    'An answer with binary data is application/octet-stream.',
    async (model) => {
      const answer = await askAllBinary(model);
      const read = readAnswer(answer);
      if ('fault' in read || !read.binary) throw skipped('the server sent no binary data that can be read');
      const type = answer.headers.get('content-type') ?? 'none';
      if (!type.startsWith('application/octet-stream')) throw unmet('application/octet-stream', type);
    },
    { extension: 'binary_tensor_data' },
  ),
  binary<Model>(
    'binary.output.chosen',
    texts.binaryRequest,
    'binary_data: true asks for one output in binary, and for no other.',
    async (model) => {
      const { outputs, json } = requireExample(model);
      for (const { name } of outputs) {
        const wanted = outputs.map((output) => ({
          name: output.name,
          // What the model cannot say in JSON is never asked for in JSON.
          ...((output.name === name || !json) && { parameters: { binary_data: true } }),
        }));
        const came = await ask(model, { outputs: wanted });
        requireKinds(came, (output) => output.name === name || !json);
        requireSame(model, came);
      }
    },
  ),
  binary<Model>(
    'binary.output.all',
    texts.binaryRequest,
    'binary_data_output: true asks for all outputs in binary, in the order of the outputs in the JSON.',
    async (model) => {
      const came = await ask(model, allInBinary(model));
      requireKinds(came, () => true);
      requireSame(model, came);
    },
  ),
  binary<Model>(
    'binary.output.override',
    texts.binaryRequest,
    'binary_data: false on an output has the last word over binary_data_output.',
    async (model) => {
      const { outputs, json } = requireExample(model);
      if (!json) throw skipped('the model has no answer in JSON');
      const [first, ...others] = outputs.map(({ name }) => ({ name }));
      const wanted = [{ ...first, parameters: { binary_data: false } }, ...others];
      const came = await ask(model, { ...allInBinary(model), outputs: wanted });
      if (came.some(({ name, binary }) => binary && name === first?.name))
        throw unmet(`"${first?.name}" in JSON`, 'it in binary');
      requireSame(model, came);
    },
  ),
];

/** By both parameters, so that either will do. */
function askAllBinary(model: Model): Promise<Answer> {
  const outputs = requireExample(model).outputs.map(({ name }) => ({
    name,
    parameters: { binary_data: true },
  }));
  return send(model, { ...allInBinary(model), outputs });
}

function allInBinary(model: Model): JsonObject {
  return withParameters(requireExample(model), { binary_data_output: true });
}

/** The inputs go as JSON, so that inputs in binary are no part of this, unless the model takes them in binary only. */
function send(model: Model, changes: JsonObject): Promise<Answer> {
  const { inputs, fields, json } = requireExample(model);
  const request = { ...fields, ...changes };
  return infer(
    model,
    json ? jsonPayload({ ...request, inputs: inputs.map(jsonInput) }) : allBinary(inputs, request),
  );
}

async function ask(model: Model, changes: JsonObject): Promise<readonly OutputTensor[]> {
  return requireFramed(await send(model, changes));
}

function requireKinds(came: readonly OutputTensor[], isBinary: (output: OutputTensor) => boolean): void {
  // An output without elements has no bytes either way.
  const wrong = came.find((output) => output.data.length > 0 && output.binary !== isBinary(output));
  if (wrong) {
    const kinds = ['JSON', 'binary'];
    throw unmet(`"${wrong.name}" in ${kinds[Number(!wrong.binary)]}`, `it in ${kinds[Number(wrong.binary)]}`);
  }
}
