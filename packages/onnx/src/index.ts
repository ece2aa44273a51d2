export { encodeModel } from './encode-model.ts';
export type { Columns, TensorInfo } from './input-tensors.ts';
export { type OnnxModel, type OpenOptions, openModel } from './open-model.ts';
export { measureParity, type Parity, type ParityPolicy, requireParity } from './parity.ts';
export type {
  CategoryColumn,
  DenseLayer,
  Encoding,
  InputColumn,
  NumberColumn,
  ScoringGraph,
} from './scoring-graph.ts';
