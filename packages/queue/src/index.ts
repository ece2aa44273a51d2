export { type Broker, type BrokerKind, type BrokerOptions, brokerKinds, startBroker } from './broker.ts';
export type { TrainingJob, TrainingProgress } from './training-job.ts';
export { type TrainingContext, type TrainingRequest, trainingProcessor } from './training-processor.ts';
export { openTrainingQueue, type Submitted, type TrainingQueue } from './training-queue.ts';
export type { TrainingStatus } from './training-status.ts';
export type { Watch } from './training-wait.ts';
export { startTrainingWorker, type TrainingWorker, type TrainingWorkerOptions } from './training-worker.ts';
