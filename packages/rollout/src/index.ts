export { type Evidence, evidenceSchema, type ShadowEvidence, type VariantEvidence } from './evidence.ts';
export { type Experiment, type ExperimentPlan, experimentSchema, planExperiment } from './experiment.ts';
export { analyseExperiment, type ExperimentVerdict } from './experiment-analysis.ts';
export { type ExperimentData, experimentDataSchema } from './experiment-data.ts';
export { decideRetraining, type RetrainingDecision } from './retraining.ts';
export {
  type RetrainingAction,
  type RetrainingEvidence,
  type RetrainingPolicy,
  retrainingEvidenceSchema,
  retrainingPolicySchema,
  type Trigger,
} from './retraining-policy.ts';
export {
  abortRollout,
  advance,
  haltRollout,
  type RolloutStep,
  resumeRollout,
  startRollout,
} from './rollout.ts';
export { type RolloutPolicy, rolloutPolicySchema, type Stage, stagesOf } from './rollout-policy.ts';
export {
  hasEnded,
  type RolloutDecision,
  type RolloutState,
  rolloutStateSchema,
  shadowOf,
  trafficOf,
} from './rollout-state.ts';
export { sampleShadows, splitTraffic, type Weighted } from './traffic-split.ts';
export type { Reason, Verdict } from './verdict.ts';
