// What is answered just as it is stored.

export type { FeatureMove, Report } from '@flightdeck/monitoring';
export type { JobUnderWay, RetrainingStatus } from '@flightdeck/queue';
export type {
  Decision,
  Endpoint,
  FileEntry,
  GateOutcome,
  Lineage,
  MetricPoint,
  Metrics,
  ModelSummary,
  ModelVersion,
  Run,
  Transition,
} from '@flightdeck/registry';
export type { Reason, RolloutDecision, RolloutPolicy, Stage, Verdict } from '@flightdeck/rollout';
