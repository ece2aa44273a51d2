// What the queue knows about one retraining and its stages.

import type { FlightdeckError } from '@flightdeck/core';
import type { Job } from 'bullmq';
import type { BullQueue } from './bull-queue.ts';
import { type Cancellation, cancellationIn } from './cancellation.ts';
import {
  type RetrainingJob,
  retrainingJobSchema,
  type StageJob,
  stageIdOf,
  stagesOf,
} from './retraining-job.ts';
import { fromFailedReason } from './training-failure.ts';
import { shortState, statusOf, type TrainingStatus } from './training-status.ts';

export interface Retraining {
  readonly id: string;
  readonly job: RetrainingJob;
  readonly state: TrainingStatus['state'] | 'cancelled';
  /** These three by the clocks of the machines that did it, not event time. Milliseconds since 1970 UTC. */
  readonly submittedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly result: unknown;
  readonly failure: FlightdeckError | null;
  readonly cancelled: Cancellation | null;
}

export interface StageStatus extends TrainingStatus {
  /** The job's id. */
  readonly id: string;
  /** `snapshot`, `trial-0` …, `conclude`, or `recalibrate`. */
  readonly stage: string;
}

export interface RetrainingStatus extends Retraining {
  /** In order; those that are there already. */
  readonly stages: readonly StageStatus[];
}

type Roots = BullQueue<RetrainingJob>;

/** Null when the queue has no such retraining. */
export async function findRetraining(roots: Roots, id: string): Promise<Retraining | null> {
  const state = shortState[await roots.getJobState(id)]; // before the job, so that one that has ended has its result
  const root = await roots.getJob(id);
  return state === undefined || root === undefined ? null : retrainingOf(root, state);
}

/** The same, with its stages. */
export async function retrainingStatusOf(
  roots: Roots,
  trainers: BullQueue<StageJob>,
  id: string,
): Promise<RetrainingStatus | null> {
  const found = await findRetraining(roots, id);
  if (found === null) return null;
  const stages = stagesOf(found.job).map(async (stage) => {
    const status = await statusOf(trainers, stageIdOf(id, stage));
    return status === null ? [] : [{ id: stageIdOf(id, stage), stage, ...status }];
  });
  return { ...found, stages: (await Promise.all(stages)).flat() };
}

/** What the queue remembers, the newest first, at most `limit`. */
export async function listRetrainings(
  roots: Roots,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly Retraining[]> {
  const states = ['waiting', 'active', 'completed', 'failed'] as const;
  const last = Number.isFinite(limit) ? limit - 1 : -1;
  const found = states.map(async (state) =>
    (await roots.getJobs([state], 0, last)).map((root) => retrainingOf(root, state)),
  );
  return (await Promise.all(found))
    .flat()
    .sort((a, b) => b.submittedAt - a.submittedAt)
    .slice(0, limit);
}

function retrainingOf(root: Job<RetrainingJob, unknown>, state: TrainingStatus['state']): Retraining {
  const { id = '', data, timestamp, processedOn, finishedOn, returnvalue, failedReason } = root;
  const cancelled = cancellationIn(data);
  const over = state === 'failed' || state === 'waiting';
  return {
    id,
    job: retrainingJobSchema.parse(data),
    state: cancelled !== null && over ? 'cancelled' : state,
    submittedAt: timestamp,
    startedAt: processedOn ?? null,
    endedAt: finishedOn ?? null,
    result: returnvalue ?? null,
    failure: state === 'failed' ? fromFailedReason(id, failedReason ?? 'no reason was given') : null,
    cancelled,
  };
}
