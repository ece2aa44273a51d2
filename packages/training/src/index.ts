export type { GatePolicy } from './gate-policy.ts';
export type { ModelDefinition, SliceDefinition } from './model-definition.ts';
export type {
  EncodingDefinition,
  InputDefinition,
  LearningRate,
  NetworkDefinition,
} from './network-definition.ts';
export {
  type RecalibrationResult,
  recalibrationResultSchema,
  type Snapshot,
  snapshotSchema,
  type TrialResult,
  trialResultSchema,
} from './retraining.ts';
export {
  sampleTrials,
  searchSpaceOf,
  trialParametersSchema,
} from './search.ts';
