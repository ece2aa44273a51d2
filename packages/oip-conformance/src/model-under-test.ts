// One model as the checks see it: its metadata, a request that it takes, and the answer that all others are compared with.

import type { Answer, Client } from './http-client.ts';
import { type JsonObject, jsonInput, jsonPayload, type Payload } from './infer-request.ts';
import { skipped, unmet } from './outcome.ts';
import type { ReadableModelMetadata } from './protocol-schemas.ts';
import { differenceOf, type InputTensor, type OutputTensor } from './tensor.ts';

/** A request that the model takes, and its answer. */
export interface Example {
  readonly inputs: readonly InputTensor[];
  /** What goes into every request beside the inputs: parameters that a sample asks for. */
  readonly fields: JsonObject;
  readonly outputs: readonly OutputTensor[];
  /** The answer in JSON. Absent when the model takes the example in binary only. */
  readonly json?: Answer;
}

export interface Model {
  readonly name: string;
  readonly client: Client;
  readonly metadataAnswer: Answer;
  readonly metadata?: ReadableModelMetadata;
  readonly example?: Example;
  /** The first JSON answer that could not serve as an example. */
  readonly refusal?: Answer;
  /** Whether the user gave the inputs: then a refusal is the server's fault. */
  readonly sampled: boolean;
  /** Whether the same request gives the same answer, so that answers can be compared. */
  readonly repeats: boolean;
}

export function modelPath(name: string, version?: string): string {
  const model = `/v2/models/${encodeURIComponent(name)}`;
  return version === undefined ? model : `${model}/versions/${encodeURIComponent(version)}`;
}

export function infer(
  { client, name }: Pick<Model, 'client' | 'name'>,
  payload: Payload,
  version?: string,
): Promise<Answer> {
  return client({ method: 'POST', path: `${modelPath(name, version)}/infer`, ...payload });
}

/** The example as a JSON request, with these fields changed or added. */
export function exampleRequest({ inputs, fields }: Example, changes: JsonObject = {}): JsonObject {
  return { ...fields, inputs: inputs.map(jsonInput), ...changes };
}

/** The example's own parameters, and these. */
export function withParameters({ fields }: Pick<Example, 'fields'>, parameters: JsonObject): JsonObject {
  return { ...fields, parameters: { ...(fields.parameters as JsonObject | undefined), ...parameters } };
}

export function inferJson(model: Model, request: JsonObject): Promise<Answer> {
  return infer(model, jsonPayload(request));
}

export function requireMetadata({ metadata }: Model): ReadableModelMetadata {
  if (!metadata) throw skipped('needs the model metadata (metadata.model.shape)');
  return metadata;
}

export function requireExample({ example }: Model): Example {
  if (!example) throw skipped('needs a request that the model takes (infer.json.answer)');
  return example;
}

export function requireJsonExample(model: Model): Example & { readonly json: Answer } {
  const { json, ...example } = requireExample(model);
  if (!json) throw skipped('needs a request that the model takes in JSON (infer.json.answer)');
  return { ...example, json };
}

/** `came` must equal the example's answer. */
export function requireSame(
  model: Model,
  came: readonly OutputTensor[],
  expected = requireExample(model).outputs,
): void {
  requireRepeatable(model);
  const difference = differenceOf(expected, came);
  if (difference) throw unmet('the same answer as to the plain request', difference);
}

export function requireRepeatable({ repeats }: Model): void {
  if (!repeats) throw skipped('the model answers the same request differently each time');
}
