export { type Broker, type BrokerKind, type BrokerOptions, brokerKinds, startBroker } from './broker.ts';
export type { Cancellation } from './cancellation.ts';
export type { JobEnd } from './orderly-worker.ts';
export { findRedisServer } from './private-redis.ts';
export type { RetrainingJob } from './retraining-job.ts';
export {
  openRetrainingQueue,
  type QueueCounts,
  type RetrainingHistory,
  type RetrainingQueue,
  type RetrainingSubmitted,
} from './retraining-queue.ts';
export type { Retraining, RetrainingStatus, StageStatus } from './retraining-status.ts';
export { type RetrainingWorker, startRetrainingWorker } from './retraining-worker.ts';
export type { TrainingContext } from './sandbox.ts';
export type { TrainerJob } from './trainer-job.ts';
export {
  type ConcludeRequest,
  type RetrainingRequest,
  type TrainerWork,
  type TrainingRequest,
  type TrialRequest,
  trainerProcessor,
} from './trainer-processor.ts';
export type { TrainingJob, TrainingProgress } from './training-job.ts';
export { openTrainingQueue, type Submitted, type TrainingQueue } from './training-queue.ts';
export type { TrainingStatus } from './training-status.ts';
export type { Watch } from './training-wait.ts';
export { startTrainingWorker, type TrainingWorker, type TrainingWorkerOptions } from './training-worker.ts';
export type { JobUnderWay } from './under-way.ts';
