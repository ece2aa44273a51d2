// The jobs of the trainers' queue as a list: trainings, and the stages of retrainings. For whoever wants to see what trainers are at.

import type { FlightdeckError } from '@flightdeck/core';
import type { Job, JobType } from 'bullmq';
import { z } from 'zod';
import type { BullQueue } from './bull-queue.ts';
import { fromFailedReason } from './training-failure.ts';
import type { TrainingStatus } from './training-status.ts';

export interface TrainerJob {
  readonly id: string;
  readonly model: string;
  /** `training`, or the stage of a retraining. */
  readonly kind: string;
  /** The retraining of which it is a stage; null for a training. */
  readonly retraining: string | null;
  readonly state: TrainingStatus['state'];
  /** How often it was tried, the attempt under way included. */
  readonly attempts: number;
  /** These three by the clocks of the machines, milliseconds since 1970 UTC. */
  readonly addedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly failure: FlightdeckError | null;
}

/** BullMQ's states, by ours; `paused` is what waits in a paused queue on PostgreSQL. */
const states = {
  waiting: ['waiting', 'paused', 'delayed', 'prioritized', 'waiting-children'],
  active: ['active'],
  completed: ['completed'],
  failed: ['failed'],
} as const;

/** Of each state the latest; then of all these the latest. */
export async function listTrainerJobs<Data>(
  trainers: BullQueue<Data>,
  limit: number,
): Promise<readonly TrainerJob[]> {
  const found = Object.entries(states).map(async ([state, theirs]) => {
    const jobs = await trainers.getJobs([...theirs] as JobType[], 0, limit - 1);
    return jobs.map((job) => trainerJobOf(job, state as TrainerJob['state']));
  });
  return (await Promise.all(found))
    .flat()
    .sort((a, b) => b.addedAt - a.addedAt)
    .slice(0, limit);
}

/** A training says its model, a stage whose it is. */
const dataSchema = z.union([
  z
    .object({ stage: z.string(), retraining: z.string(), job: z.object({ model: z.string() }) })
    .transform(({ stage, retraining, job }) => ({ kind: stage, retraining, model: job.model })),
  z.object({ model: z.string() }).transform(({ model }) => ({ kind: 'training', retraining: null, model })),
]);

function trainerJobOf(job: Job<unknown>, state: TrainerJob['state']): TrainerJob {
  const { id = '', timestamp, processedOn, finishedOn, failedReason } = job;
  return {
    id,
    ...dataSchema.parse(job.data),
    state,
    attempts: job.attemptsMade + (state === 'active' ? 1 : 0),
    addedAt: timestamp,
    startedAt: processedOn ?? null,
    endedAt: finishedOn ?? null,
    failure: state === 'failed' ? fromFailedReason(id, failedReason ?? 'no reason was given') : null,
  };
}
