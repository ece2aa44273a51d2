// What the answer to a plain JSON request holds.

import { isElement } from '../datatypes.ts';
import { described } from '../http-client.ts';
import { type ReadAnswer, requireRead } from '../infer-answer.ts';
import { isWordedError, requireJsonType } from '../json-answer.ts';
import { type Model, requireJsonExample, requireMetadata } from '../model-under-test.ts';
import { skipped, unmet } from '../outcome.ts';
import type { TensorMetadata } from '../protocol-schemas.ts';
import { required } from '../requirement.ts';
import { elementCount, type OutputTensor, shown } from '../tensor.ts';
import { texts } from '../texts.ts';

export const inferAnswers = [
  required<Model>(
    'infer.json.answer',
    texts.inferResponse,
    'A JSON request is answered by 200 and outputs, each with name, shape, datatype and data.',
    ({ name, example, refusal, sampled }) => {
      if (example?.json) return;
      // Generated values may not suit the model, nor JSON its 16-bit floats. A proper error says so; anything else is a fault.
      const excused = refusal && isWordedError(refusal) && (example || !sampled);
      if (refusal && !excused) requireRead(refusal);
      if (example) throw skipped(`the model takes binary, and in JSON says: ${described(refusal!)}`);
      const why = refusal ? 'the model refuses generated values' : 'no inputs can be made from the metadata';
      const hint = `give a request that it takes with --sample ${name}=FILE`;
      throw skipped(`${why}: ${hint}${refusal ? `. It says: ${described(refusal)}` : ''}`);
    },
  ),
  required<Model>(
    'infer.json.content-type',
    texts.inferResponse,
    'The answer in JSON is application/json.',
    (model) => requireJsonType(requireJsonExample(model).json),
  ),
  required<Model>(
    'infer.json.model-name',
    texts.inferResponse,
    'The answer tells the model in model_name.',
    (model) => {
      const { model_name: name } = exampleBody(model);
      if (name !== model.name) throw unmet(`model_name "${model.name}"`, shown(name));
    },
  ),
  required<Model>(
    'infer.json.model-version',
    texts.inferResponse,
    'The answer tells the version in model_version, one of those listed, or leaves it out.',
    (model) => {
      const { model_version: version } = exampleBody(model);
      const listed = requireMetadata(model).versions;
      // Some servers write null for what they leave out.
      if (version === undefined || version === null) return;
      if (typeof version !== 'string') throw unmet('a string', shown(version));
      if (listed.length > 0 && !listed.includes(version))
        throw unmet(`one of ${listed.join(', ')}`, shown(version));
    },
  ),
  required<Model>(
    'infer.json.all-outputs',
    texts.inferRequest,
    'A request that names no outputs gets all that the metadata lists, each once.',
    (model) => {
      const expected = requireMetadata(model).outputs.map(({ name }) => name);
      const came = requireJsonExample(model).outputs.map(({ name }) => name);
      if (String(expected.toSorted()) !== String(came.toSorted())) throw unmet(list(expected), list(came));
    },
  ),
  required<Model>(
    'infer.json.datatype',
    texts.responseOutput,
    'Each output has the datatype of the metadata.',
    eachOutput(({ datatype }, metadata) => {
      if (datatype !== metadata.datatype)
        throw unmet(`${metadata.datatype} for "${metadata.name}"`, datatype);
    }),
  ),
  required<Model>(
    'infer.json.shape',
    texts.responseOutput,
    'Each output has as many dimensions as the metadata says, and the sizes that it fixes.',
    eachOutput(({ shape }, metadata) => {
      const fits =
        shape.length === metadata.shape.length &&
        metadata.shape.every((size, axis) => size < 0 || size === shape[axis]);
      if (!fits) throw unmet(`[${metadata.shape}] for "${metadata.name}"`, `[${shape}]`);
    }),
  ),
  required<Model>(
    'infer.json.data-length',
    texts.tensorData,
    'Each output has as many elements as its shape says.',
    eachOutput(({ name, shape, data }) => {
      const count = elementCount(shape);
      if (data.length !== count)
        throw unmet(`${count} elements for "${name}" of shape [${shape}]`, String(data.length));
    }),
  ),
  required<Model>(
    'infer.json.elements',
    texts.tensorData,
    'Elements are JSON numbers, whole ones for integers; booleans for BOOL; strings for BYTES.',
    eachOutput(({ name, data }, { datatype }) => {
      const wrong = data.find((value) => !isElement(datatype, value));
      if (wrong !== undefined) throw unmet(`elements of ${datatype} in "${name}"`, shown(wrong));
    }),
  ),
];

/** Runs on each output that came and that the metadata knows; whether all came is for another requirement. */
function eachOutput(check: (output: OutputTensor, metadata: TensorMetadata) => void) {
  return (model: Model) => {
    const known = requireMetadata(model).outputs;
    for (const output of requireJsonExample(model).outputs) {
      const metadata = known.find(({ name }) => name === output.name);
      if (metadata) check(output, metadata);
    }
  };
}

function exampleBody(model: Model): ReadAnswer['body'] {
  return requireRead(requireJsonExample(model).json).body;
}

function list(names: readonly string[]): string {
  return `outputs ${names.map((name) => `"${name}"`).join(', ')}`;
}
