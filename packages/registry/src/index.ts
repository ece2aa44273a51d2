export {
  bundleFiles,
  type GoldenRows,
  goldenRowsSchema,
  type ScoreGoldenRows,
  type ScoreSignature,
  type Signature,
  signatureSchema,
  type TensorGoldenRows,
  type TensorSignature,
} from './bundle-files.ts';
export type { Bundle, BundleFiles } from './bundles.ts';
export { copyRegistry, type RegistryCopy } from './copy.ts';
export type { Decision } from './decisions.ts';
export type { Endpoint } from './endpoints.ts';
export type { RegistryWatch } from './engine.ts';
export type { Garbage, GarbageOptions } from './garbage.ts';
export { mlmodelText } from './mlmodel.ts';
export type { ModelSummary } from './models.ts';
export type { Procedure } from './procedures.ts';
export type { Registration } from './registration.ts';
export { openRegistry, type Registry } from './registry.ts';
export type { ReportHead, ReportKey, StoredReport } from './reports.ts';
export type { MetricPoint, Run } from './runs.ts';
export type { FileEntry, GateOutcome, Json, Lineage, Metrics } from './schema.ts';
export type { Transition } from './transitions.ts';
export type { ModelVersion } from './versions.ts';
