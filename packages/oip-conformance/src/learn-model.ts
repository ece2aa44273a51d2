// Learns a model before anything is checked: reads its metadata and looks for a request that it takes, first in JSON, then in
// binary.

import { datatypes, type Element } from './datatypes.ts';
import { exampleInputs, exampleShapes, triedSizes } from './example-inputs.ts';
import type { Answer, Client } from './http-client.ts';
import { readAnswer } from './infer-answer.ts';
import { allBinary, jsonInput, jsonPayload, type Payload } from './infer-request.ts';
import { jsonOf } from './json-answer.ts';
import { type Example, infer, type Model, modelPath, withParameters } from './model-under-test.ts';
import { ReadableModelMetadata, type Sample } from './protocol-schemas.ts';
import { differenceOf, elementCount, type InputTensor } from './tensor.ts';

type Candidate = Pick<Example, 'inputs' | 'fields'>;
type Learnt = Pick<Model, 'example' | 'refusal'>;

export async function learnModel(
  client: Client,
  name: string,
  { sample, binary }: { readonly sample?: Sample | undefined; readonly binary: boolean },
): Promise<Model> {
  const metadataAnswer = await client({ method: 'GET', path: modelPath(name) });
  const metadata = ReadableModelMetadata.safeParse(jsonOf(metadataAnswer)).data;
  const candidates = sample ? [candidateOf(sample)] : madeFrom(metadata);
  const ask = (payload: Payload) => infer({ client, name }, payload);
  const learnt = await learnExample(ask, candidates, binary);
  return {
    name,
    client,
    metadataAnswer,
    ...(metadata && { metadata }),
    sampled: sample !== undefined,
    ...learnt,
    repeats: learnt.example !== undefined && (await isRepeatable(ask, learnt.example)),
  };
}

type Ask = (payload: Payload) => Promise<Answer>;

async function learnExample(ask: Ask, candidates: readonly Candidate[], binary: boolean): Promise<Learnt> {
  let refusal: Answer | undefined;
  for (const candidate of candidates) {
    const json = await ask(jsonRequest(candidate));
    const read = readAnswer(json);
    if (!('fault' in read)) return { example: { ...candidate, outputs: read.outputs, json } };
    refusal ??= json;
    // Taken, but the answer cannot be read: other values would not mend that.
    if (json.status === 200) return { refusal: json };
  }
  if (!refusal) return {};
  for (const candidate of binary ? candidates : []) {
    const read = readAnswer(await ask(binaryRequest(candidate)));
    if (!('fault' in read)) return { refusal, example: { ...candidate, outputs: read.outputs } };
  }
  return { refusal };
}

async function isRepeatable(ask: Ask, example: Example): Promise<boolean> {
  const again = readAnswer(await ask(example.json ? jsonRequest(example) : binaryRequest(example)));
  return !('fault' in again) && differenceOf(example.outputs, again.outputs) === undefined;
}

function jsonRequest({ inputs, fields }: Candidate): Payload {
  return jsonPayload({ ...fields, inputs: inputs.map(jsonInput) });
}

function binaryRequest(candidate: Candidate): Payload {
  return allBinary(candidate.inputs, withParameters(candidate, { binary_data_output: true }));
}

/** JSON of so many numbers takes some megabytes, which servers still take. */
const mostElements = 1_000_000;

/** Inputs of a datatype that nobody knows cannot be made. */
function madeFrom(metadata: ReadableModelMetadata | undefined): readonly Candidate[] {
  const inputs = metadata?.inputs ?? [];
  if (inputs.length === 0 || inputs.some(({ datatype }) => !datatypes[datatype])) return [];
  // Without open dimensions all sizes come to the same.
  const different = new Map(triedSizes.map((sizes) => [JSON.stringify(exampleShapes(inputs, sizes)), sizes]));
  return [...different.values()]
    .filter((sizes) => exampleShapes(inputs, sizes).every((shape) => elementCount(shape) <= mostElements))
    .map((sizes) => ({ inputs: exampleInputs(inputs, sizes), fields: {} }));
}

function candidateOf({ inputs, parameters }: Sample): Candidate {
  return { inputs: inputs.map(sampleInput), fields: parameters ? { parameters } : {} };
}

function sampleInput({ name, datatype, shape, parameters, data }: Sample['inputs'][number]): InputTensor {
  return { name, datatype, shape, ...(parameters && { parameters }), data: data as readonly Element[] };
}
