// What is answered just as it is stored.

export type { Report } from '@flightdeck/monitoring';
export type { JobUnderWay, RetrainingStatus } from '@flightdeck/queue';
export type {
  Decision,
  Endpoint,
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
