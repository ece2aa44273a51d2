export * from './log.ts';
export type {
  FoundPrediction,
  LoggedFeature,
  LoggedLabel,
  LoggedPrediction,
  LoggedShadowScore,
  ReviewedPrediction,
} from './reading/found-prediction.ts';
export { exportMatured } from './reading/matured-export.ts';
export { openPredictionFinder, type PredictionFinder } from './reading/prediction-finder.ts';
export type { PredictionQuery } from './reading/prediction-query.ts';
export { openPredictionRecords, type PredictionRecords } from './reading/prediction-records.ts';
export { segmentMemory } from './reading/segment-memory.ts';
export { type AlarmPolicy, alarmPolicySchema, weeklyPolicy } from './report/alarm-policy.ts';
export { reportGauges } from './report/gauges.ts';
export { reportPage } from './report/page/page.ts';
export { type FeatureMove, referenceDrift } from './report/reference-drift.ts';
export { reportOf } from './report/report.ts';
export { itemsOf, type Report, reportSchema } from './report/report-schema.ts';
export { sketchWindow } from './report/sketch-window.ts';
export { profileSchema, readVersionReference, type VersionReference } from './report/version-reference.ts';
export { mergeSketches, type WindowSketch } from './report/window-sketch.ts';
