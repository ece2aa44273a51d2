// What /invocations answers: MLflow answers a model that takes tensors by name with tensors by name, and so do the signatures in
// MLmodel declare every model of the kit.

import { jsonOfTensor } from '@flightdeck/inference';
import type { Tensors } from '@flightdeck/onnx';
import type { LoadedModel } from '../state/model-loader.ts';

/** OUTPUT_NOT_JSON names a NaN or an infinity. */
export function predictionsOf({ runtime }: LoadedModel, outputs: Tensors): unknown {
  return Object.fromEntries(runtime.outputs.map(({ name }) => [name, jsonOfTensor(name, outputs[name]!)]));
}
