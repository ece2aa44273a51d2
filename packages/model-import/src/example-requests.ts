// What to ask a model that was imported, over each of serving's protocols: its first golden row.

import type { TensorGoldenRows, TensorSignature } from '@flightdeck/registry';
import { elementsOf, goldenRequest, nested } from './golden-rows.ts';

export interface ExampleRequest {
  readonly path: string;
  /** JSON, to be posted. */
  readonly body: object;
}

/** The names that the Open Inference Protocol has for element types. */
const datatypes: Readonly<Record<string, string>> = {
  float16: 'FP16',
  bfloat16: 'BF16',
  float32: 'FP32',
  float64: 'FP64',
  bool: 'BOOL',
  string: 'BYTES',
};

export function exampleRequests(
  model: string,
  signature: TensorSignature,
  golden: TensorGoldenRows,
): readonly ExampleRequest[] {
  const { inputs } = golden.rows[0]!;
  const feeds = Object.entries(goldenRequest(signature, inputs, 0).feeds());
  const tensors = feeds.map(([name, { type, dims }]) => ({
    name,
    shape: dims,
    datatype: datatypes[type] ?? type.toUpperCase(),
    data: elementsOf(inputs[name]!),
  }));
  const lists = feeds.map(([name, { dims }]) => [name, nested(elementsOf(inputs[name]!), dims)]);
  return [
    { path: `/v1/models/${model}/predict`, body: { instance: inputs } },
    { path: `/v2/models/${model}/infer`, body: { inputs: tensors } },
    { path: '/invocations', body: { inputs: Object.fromEntries(lists) } },
  ];
}
