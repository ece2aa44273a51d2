// Writing alone: a server that keeps a prediction log needs no DuckDB.

export { type LabelStore, openLabelStore } from './labels/label-store.ts';
export type { FeatureColumns, LoggedAnswer } from './log/logged.ts';
export { openPredictionLog, type PredictionLog } from './log/prediction-log.ts';
export { featureStatuses, type LogLayout } from './log/prediction-tables.ts';
export { type PredictionIds, predictionIds } from './prediction-id.ts';
