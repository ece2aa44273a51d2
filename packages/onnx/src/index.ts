export { encodeModel } from './encode-model.ts';
export { type Columns, type OnnxModel, openModel } from './open-model.ts';
export { type OnnxSession, type OpenOptions, openSession } from './open-session.ts';
export { measureParity, type Parity, type ParityPolicy, requireParity } from './parity.ts';
export { replaceCalibration } from './replace-calibration.ts';
export type {
  CategoryColumn,
  DenseLayer,
  Encoding,
  InputColumn,
  NumberColumn,
  ScoringGraph,
} from './scoring-graph.ts';
export {
  elementCount,
  isDataOf,
  type TensorData,
  type TensorInfo,
  type Tensors,
  type TensorType,
  type TensorValue,
  tensorData,
} from './tensors.ts';
