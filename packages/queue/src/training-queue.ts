// The client's side of the training queue: submit a run, follow it, get its result.

import { type Clock, systemClock } from '@flightdeck/core';
import { ask, type BullQueue, countJobs, openBullQueue } from './bull-queue.ts';
import { checkBroker } from './connect.ts';
import { parseTrainingJob, runIdOf, type TrainingJob } from './training-job.ts';
import { shortState, statusOf, type TrainingStatus } from './training-status.ts';
import { type Watch, waitFor } from './training-wait.ts';

export const trainingQueueName = 'training';

/** What submitting found: a new job, one under way (joined), one that is done, or one that had failed and starts afresh. */
export type Submitted = 'added' | 'waiting' | 'active' | 'completed' | 'failed-retried';

export interface TrainingQueue {
  /** Idempotent: the id derives from the job and `versions` (runIdOf). JOB_INVALID. */
  submit(
    job: TrainingJob,
    versions?: Readonly<Record<string, string>>,
  ): Promise<{ id: string; state: Submitted }>;
  /**
   * The run's result, as JSON. Rejects with the run's own code and message; RUN_NOT_QUEUED when the queue has no such job;
   * BROKER_UNREACHABLE when the broker stays away for a minute.
   */
  wait(id: string, watch?: Watch): Promise<unknown>;
  /** Takes a job that no trainer is at out of the queue. False where one is, or where there is no such job. */
  withdraw(id: string): Promise<boolean>;
  /** Null when the queue has no such job. */
  status(id: string): Promise<TrainingStatus | null>;
  logs(id: string): Promise<readonly string[]>;
  counts(): Promise<Readonly<Record<TrainingStatus['state'], number>>>;
  close(): Promise<void>;
}

/** Opens the queue. BROKER_UNREACHABLE when the broker does not answer now; later it may go away and come back. */
export async function openTrainingQueue(
  brokerUrl: string,
  clock: Clock = systemClock,
): Promise<TrainingQueue> {
  await checkBroker(brokerUrl);
  const queue = openBullQueue<TrainingJob>(brokerUrl, trainingQueueName);
  return {
    submit: (job, versions) => ask(brokerUrl, () => submit(queue, job, versions)),
    wait: (id, watch = {}) => waitFor(queue, id, watch, { brokerUrl, clock }),
    withdraw: (id) => ask(brokerUrl, () => withdraw(queue, id)),
    status: (id) => ask(brokerUrl, () => statusOf(queue, id)),
    logs: (id) => ask(brokerUrl, async () => (await queue.getJobLogs(id)).logs),
    counts: () => ask(brokerUrl, () => counts(queue)),
    close: () => queue.close(),
  };
}

async function submit(
  queue: BullQueue<TrainingJob>,
  given: TrainingJob,
  versions?: Readonly<Record<string, string>>,
): Promise<{ id: string; state: Submitted }> {
  const job = parseTrainingJob(given);
  const id = runIdOf(job, versions);
  const state = shortState[await queue.getJobState(id)] ?? 'added';
  // Job.retry() would keep the count of its dead workers, so that a job that had lost too many would fail at once.
  if (state === 'failed') await queue.remove(id);
  await queue.add(job.model, job, { jobId: id }); // BullMQ adds no second job with the same id
  return { id, state: state === 'failed' ? 'failed-retried' : state };
}

async function withdraw(queue: BullQueue<TrainingJob>, id: string): Promise<boolean> {
  const state = shortState[await queue.getJobState(id)];
  return state === 'waiting' && (await queue.remove(id)) === 1;
}

async function counts(queue: BullQueue<TrainingJob>): Promise<Record<TrainingStatus['state'], number>> {
  const { waiting = 0, delayed = 0, active = 0, completed = 0, failed = 0 } = await countJobs(queue);
  return { waiting: waiting + delayed, active, completed, failed };
}
