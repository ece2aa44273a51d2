export { caution } from './admission.ts';
export type {
  BatchReport,
  Inference,
  InferenceLimits,
  InferenceModel,
  LoadOptions,
  Work,
} from './inference-model.ts';
export {
  flatJsonOfTensor,
  type JsonElement,
  type JsonElements,
  jsonOfTensor,
  shapeOfJson,
  tensorOfJson,
} from './json-tensors.ts';
export { loadModel } from './load-model.ts';
export { Overloaded } from './overloaded.ts';
export { type RowSource, tensorRows } from './row-source.ts';
