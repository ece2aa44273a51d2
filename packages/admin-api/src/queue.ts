// Jobs and flows: what the trainers do, and the retrainings that it belongs to. Times are milliseconds since 1970 UTC by the clocks of the
// machines, not event time.

import type { QueueCounts, Retraining, StageStatus, TrainerJob } from '@flightdeck/queue';

export interface Failure {
  readonly code: string;
  readonly message: string;
}

type Told<Value extends { readonly failure: unknown }> = Omit<Value, 'failure'> & {
  readonly failure: Failure | null;
};

export type RetrainingHead = Told<Retraining>;

/** GET /v1/retrainings: the newest first, and how many jobs there are by queue and state. */
export interface RetrainingsAnswer extends QueueCounts {
  readonly retrainings: readonly RetrainingHead[];
}

/** GET /v1/retrainings/{id}. */
export interface RetrainingAnswer extends RetrainingHead {
  /** Its jobs, those that are there already. */
  readonly stages: readonly Told<StageStatus>[];
  /** The way from the data to the traffic, of which its jobs are the first part. */
  readonly steps: readonly RetrainingStep[];
  readonly logs: readonly string[];
}

export interface RetrainingStep {
  readonly name: 'snapshot' | 'trials' | 'fit' | 'evaluate' | 'gate' | 'register' | 'rollout';
  /** `unreached`: it has ended before. */
  readonly state: 'waiting' | 'active' | 'completed' | 'failed' | 'unreached';
  /** How often it was tried; null for what is no job of its own. */
  readonly attempts: number | null;
  /** What became of it, as a sentence. */
  readonly says: string | null;
  /** What that rests on, each a sentence. */
  readonly reasons: readonly string[];
  /** The version, or the rollout, that it has led to. */
  readonly version: number | null;
}

/** GET /v1/queue/jobs: what trainers did last, do or will do. */
export interface TrainerJobsAnswer {
  readonly jobs: readonly Told<TrainerJob>[];
}
