// The ways in which one request may be put, which must not change its answer, and what a request may ask of the answer.

import { requireOutputs, requireRead } from '../infer-answer.ts';
import { type JsonObject, jsonInput } from '../infer-request.ts';
import {
  exampleRequest,
  inferJson,
  type Model,
  requireJsonExample,
  requireMetadata,
  requireSame,
  withParameters,
} from '../model-under-test.ts';
import { skipped, unmet } from '../outcome.ts';
import { ofExtension, recommended, required } from '../requirement.ts';
import { nestedData, shown } from '../tensor.ts';
import { texts } from '../texts.ts';

export const inferRequests = [
  required<Model>(
    'infer.json.nested-data',
    texts.tensorData,
    'Data nested in the shape of the tensor gives the same answer as flat data.',
    async (model) => {
      const { inputs } = requireJsonExample(model);
      const nested = inputs.map((input) => ({ ...jsonInput(input), data: nestedData(input) }));
      requireSame(model, await ask(model, { inputs: nested }));
    },
  ),
  required<Model>(
    'infer.json.input-order',
    texts.requestInput,
    'Inputs are known by their names: their order in the request does not matter.',
    async (model) => {
      const { inputs } = requireJsonExample(model);
      if (inputs.length < 2) throw skipped('the model has one input');
      requireSame(model, await ask(model, { inputs: inputs.toReversed().map(jsonInput) }));
    },
  ),
  required<Model>(
    'infer.json.empty-parameters',
    texts.parameters,
    'An object of no parameters is taken with the request, its inputs and its outputs.',
    async (model) => {
      const { inputs, outputs, fields } = requireJsonExample(model);
      const request = {
        parameters: fields.parameters ?? {},
        inputs: inputs.map((input) => ({ parameters: {}, ...jsonInput(input) })),
        outputs: outputs.map(({ name }) => ({ name, parameters: {} })),
      };
      requireSame(model, await ask(model, request));
    },
  ),
  ofExtension('parameters')<Model>(
    'infer.parameters.custom',
    texts.parametersExtension,
    'Parameters that the server does not know, of each JSON type, are taken.',
    async (model) => {
      const custom = { oip_text: 'a', oip_whole: 42, oip_fraction: 0.5, oip_flag: true };
      requireSame(model, await ask(model, withParameters(requireJsonExample(model), custom)));
    },
  ),
  required<Model>(
    'infer.outputs.selection',
    texts.requestOutput,
    'A request that names outputs gets these and no others.',
    async (model) => {
      const { outputs } = requireJsonExample(model);
      for (const output of outputs) {
        const came = await ask(model, { outputs: [{ name: output.name }] });
        if (came.length !== 1)
          throw unmet(`only "${output.name}"`, came.map(({ name }) => `"${name}"`).join(', ') || 'nothing');
        requireSame(model, came, [output]);
      }
    },
  ),
  recommended<Model>(
    'infer.outputs.order',
    texts.requestOutput,
    'Outputs come in the order in which the request names them.',
    async (model) => {
      const names = requireMetadata(model).outputs.map(({ name }) => name);
      if (names.length < 2) throw skipped('the model has one output');
      requireJsonExample(model);
      for (const order of [names, names.toReversed()]) {
        const came = await ask(model, { outputs: order.map((name) => ({ name })) });
        if (String(came.map(({ name }) => name)) !== String(order))
          throw unmet(order.join(', '), came.map(({ name }) => name).join(', '));
      }
    },
  ),
  required<Model>(
    'infer.id.echoed',
    texts.inferResponse,
    'The id of the request comes back in the answer.',
    async (model) => {
      const id = 'conformance 42 "é"';
      const { body } = requireRead(await inferJson(model, exampleRequest(requireJsonExample(model), { id })));
      if (body.id !== id) throw unmet(`id ${shown(id)}`, shown(body.id));
    },
  ),
  recommended<Model>(
    'infer.id.absent',
    texts.inferResponse,
    'An answer to a request without an id has none, or an empty one.',
    (model) => {
      const { id } = requireRead(requireJsonExample(model).json).body;
      if (id !== undefined && id !== null && id !== '') throw unmet('no id', shown(id));
    },
  ),
];

async function ask(model: Model, changes: JsonObject) {
  return requireOutputs(await inferJson(model, exampleRequest(requireJsonExample(model), changes)));
}
