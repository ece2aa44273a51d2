// The jobs of the trainers' queue as a list: trainings, and the stages of retrainings. For whoever wants to see what trainers are at.

import type { FlightdeckError } from '@flightdeck/core';
import type { Job, JobType } from 'bullmq';
import type { BullQueue } from './bull-queue.ts';
import { type JobSubject, subjectOf } from './job-subject.ts';
import type { StageJob } from './retraining-job.ts';
import { fromFailedReason } from './training-failure.ts';
import type { TrainingJob } from './training-job.ts';
import type { TrainingStatus } from './training-status.ts';

export interface TrainerJob extends JobSubject {
  readonly id: string;
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
export async function listTrainerJobs(
  trainers: BullQueue<StageJob>,
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

function trainerJobOf(job: Job<StageJob | TrainingJob>, state: TrainerJob['state']): TrainerJob {
  const { id = '', timestamp, processedOn, finishedOn, failedReason } = job;
  return {
    id,
    ...subjectOf(job.data),
    state,
    attempts: job.attemptsMade + (state === 'active' ? 1 : 0),
    addedAt: timestamp,
    startedAt: processedOn ?? null,
    endedAt: finishedOn ?? null,
    failure: state === 'failed' ? fromFailedReason(id, failedReason ?? 'no reason was given') : null,
  };
}
