// Infer requests as they go over the wire: JSON alone, or JSON followed by the inputs' bytes.

import { writeJson } from './exact-json.ts';
import type { InputTensor } from './tensor.ts';
import { bytesOfElements } from './tensor-bytes.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What is sent, apart from where it goes. */
export interface Payload {
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An input with its data as a flat JSON list. */
export function jsonInput({ name, shape, datatype, data, parameters }: InputTensor): JsonObject {
  return { name, shape, datatype, ...(parameters && { parameters }), data };
}

/** An input whose data follows in binary. */
export function binaryInput({ name, shape, datatype, parameters }: InputTensor, size: unknown): JsonObject {
  return { name, shape, datatype, parameters: { ...parameters, binary_data_size: size } };
}

export function jsonPayload(request: unknown): Payload {
  return { body: writeJson(request) };
}

/** `header` overrides the length of the JSON that the header tells. */
export function binaryPayload(
  request: unknown,
  parts: readonly Uint8Array[],
  header?: (length: number) => string,
): Payload {
  const json = Buffer.from(writeJson(request));
  return {
    body: Buffer.concat([json, ...parts]),
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': header?.(json.length) ?? String(json.length),
    },
  };
}

/** All inputs in binary, in their order. `fields` are the request's others. */
export function allBinary(inputs: readonly InputTensor[], fields: JsonObject): Payload {
  const parts = inputs.map(({ datatype, data }) => bytesOfElements(datatype, data));
  const described = inputs.map((input, i) => binaryInput(input, parts[i]!.length));
  return binaryPayload({ ...fields, inputs: described }, parts);
}
