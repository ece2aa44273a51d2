// What the queue knows about one run, or one stage of a retraining.

import type { FlightdeckError } from '@flightdeck/core';
import type { JobState } from 'bullmq';
import type { BullQueue } from './bull-queue.ts';
import { fromFailedReason } from './training-failure.ts';
import { type TrainingProgress, trainingProgressSchema } from './training-job.ts';

export interface TrainingStatus {
  readonly state: 'waiting' | 'active' | 'completed' | 'failed';
  /** How often it was tried, the attempt under way included. */
  readonly attempts: number;
  readonly progress: TrainingProgress | null;
  readonly result: unknown;
  readonly failure: FlightdeckError | null;
}

/** Null when the queue has no such job. */
export async function statusOf<Data>(queue: BullQueue<Data>, id: string): Promise<TrainingStatus | null> {
  const state = shortState[await queue.getJobState(id)]; // before the job, so that a finished one has its result
  const job = await queue.getJob(id);
  if (state === undefined || job === undefined) return null;
  return {
    state,
    attempts: job.attemptsMade + (state === 'active' ? 1 : 0),
    progress: trainingProgressSchema.safeParse(job.progress).data ?? null,
    result: job.returnvalue ?? null,
    failure: state === 'failed' ? fromFailedReason(id, job.failedReason ?? 'no reason was given') : null,
  };
}

/** BullMQ's states in ours. */
export const shortState: Partial<Record<JobState | 'unknown', TrainingStatus['state']>> = {
  active: 'active',
  completed: 'completed',
  failed: 'failed',
  waiting: 'waiting',
  delayed: 'waiting', // between two attempts
  prioritized: 'waiting',
  'waiting-children': 'waiting',
};
