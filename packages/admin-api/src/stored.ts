// What is answered just as it is stored.

export type { FeatureMove, Report } from '@flightdeck/monitoring';
export type { RetrainingStatus } from '@flightdeck/queue';
export type {
  Decision,
  Endpoint,
  FileEntry,
  GateOutcome,
  Lineage,
  MetricPoint,
  ModelSummary,
  ModelVersion,
  Run,
  Transition,
} from '@flightdeck/registry';
export type { RolloutDecision, RolloutPolicy } from '@flightdeck/rollout';
