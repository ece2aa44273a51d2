// What is answered just as it is stored.

export type { Report } from '@flightdeck/monitoring';
export type { RetrainingStatus } from '@flightdeck/queue';
export type {
  Decision,
  Endpoint,
  MetricPoint,
  ModelSummary,
  ModelVersion,
  Run,
  Transition,
} from '@flightdeck/registry';
export type { RolloutDecision, RolloutPolicy } from '@flightdeck/rollout';
