// The answer to an inference request: a JSON object, and behind it the data of those outputs that are given as binary data.

import { flatJsonOfTensor } from '@flightdeck/inference';
import type { Tensors } from '@flightdeck/onnx';
import { bytesOfTensor } from './binary-tensors.ts';
import { datatypes } from './datatypes.ts';
import type { RequestedOutput } from './infer-request.ts';

export interface InferAnswer {
  readonly model: string;
  readonly version: number;
  readonly id?: string;
  /** What is given, in this order. */
  readonly outputs: readonly RequestedOutput[];
  readonly tensors: Tensors;
}

export interface InferResponse {
  readonly body: Buffer;
  /** How much of the body is JSON; null if all of it is. */
  readonly jsonLength: number | null;
}

/**
 * Numbers are written with all the digits that a 64-bit float of the same value has, so that whoever reads them as 32 or 64 bits has
 * the model's very value: a 0.1 of 32 bits is 0.10000000149011612. OUTPUT_NOT_JSON names an output with NaN or an infinity.
 */
export function inferResponse({ model, version, id, outputs, tensors }: InferAnswer): InferResponse {
  const binary: Uint8Array[] = [];
  const entries = outputs.map((output) => {
    const tensor = tensors[output.name]!;
    const { type, dims } = tensor;
    const head = `{"name":${JSON.stringify(output.name)},"datatype":"${datatypes[type]}","shape":[${dims.join()}]`;
    if (!output.binary) return `${head},"data":${JSON.stringify(flatJsonOfTensor(output.name, tensor))}}`;
    const bytes = bytesOfTensor(tensor);
    binary.push(bytes);
    return `${head},"parameters":{"binary_data_size":${bytes.length}}}`;
  });
  const echo = id === undefined ? '' : `,"id":${JSON.stringify(id)}`;
  const json = Buffer.from(
    `{"model_name":${JSON.stringify(model)},"model_version":"${version}"${echo},"outputs":[${entries.join()}]}`,
  );
  if (binary.length === 0) return { body: json, jsonLength: null };
  return { body: Buffer.concat([json, ...binary]), jsonLength: json.length };
}
