// What trainers are at, and what comes next, with how far it has come: trainings, and the stages of retrainings.

import type { Job, JobType } from 'bullmq';
import type { BullQueue } from './bull-queue.ts';
import { type JobSubject, subjectOf } from './job-subject.ts';
import type { StageJob } from './retraining-job.ts';
import { type TrainingJob, type TrainingProgress, trainingProgressSchema } from './training-job.ts';

export interface JobUnderWay extends JobSubject {
  /** Of a training: its run's. */
  readonly id: string;
  readonly state: 'active' | 'waiting';
  /** Null until it has told. */
  readonly progress: TrainingProgress | null;
  /** These by the clocks of the machines. Milliseconds since 1970 UTC. */
  readonly submittedAt: number;
  readonly startedAt: number | null;
}

/** `paused` is what waits in a paused queue on PostgreSQL. */
const states = { active: ['active'], waiting: ['waiting', 'paused'] } as const;

/** At most `most` of those that are active and of those that wait, the active first. */
export async function jobsUnderWay(
  trainers: BullQueue<StageJob>,
  most: number,
): Promise<readonly JobUnderWay[]> {
  const found = (['active', 'waiting'] as const).map(async (state) =>
    (await trainers.getJobs([...states[state]] as JobType[], 0, most - 1, true)).map((job) =>
      jobUnderWay(job, state),
    ),
  );
  return (await Promise.all(found)).flat();
}

function jobUnderWay(
  { id = '', data, progress, timestamp, processedOn }: Job<StageJob | TrainingJob, unknown>,
  state: JobUnderWay['state'],
): JobUnderWay {
  const told = trainingProgressSchema.safeParse(progress).data ?? null;
  return {
    id,
    ...subjectOf(data),
    state,
    progress: told,
    submittedAt: timestamp,
    startedAt: processedOn ?? null,
  };
}
