// The client's side of the training queue: submit a run, follow it, get its result.

import { type Clock, FlightdeckError, systemClock } from '@flightdeck/core';
import { Queue } from 'bullmq';
import { brokerUnreachable, checkBroker, connectTo } from './connect.ts';
import { parseTrainingJob, runIdOf, type TrainingJob } from './training-job.ts';
import { shortState, statusOf, type TrainingBullQueue, type TrainingStatus } from './training-status.ts';
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
  const { options, backend } = connectTo(brokerUrl);
  const queue: TrainingBullQueue = new Queue(
    trainingQueueName,
    { connection: options, defaultJobOptions },
    backend,
  );
  queue.on('error', () => {}); // each call reports its own failure
  const ask = <Answer>(question: () => Promise<Answer>) =>
    question().catch((error: unknown) => {
      throw error instanceof FlightdeckError ? error : brokerUnreachable(brokerUrl, error);
    });
  return {
    submit: (job, versions) => ask(() => submit(queue, job, versions)),
    wait: (id, watch = {}) => waitFor(queue, id, watch, { brokerUrl, clock }),
    withdraw: (id) => ask(() => withdraw(queue, id)),
    status: (id) => ask(() => statusOf(queue, id)),
    logs: (id) => ask(async () => (await queue.getJobLogs(id)).logs),
    counts: () => ask(() => counts(queue)),
    close: () => queue.close(),
  };
}

const day = 24 * 60 * 60;

/**
 * Three attempts, about 2 s and 4 s apart, for what may succeed on retry. Jobs are kept long enough to be asked about, and
 * not for ever: what a run produced is in the registry.
 */
const defaultJobOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 2_000, jitter: 0.5 },
  removeOnComplete: { age: 7 * day, count: 200 },
  removeOnFail: { age: 30 * day, count: 200 },
};

async function submit(
  queue: TrainingBullQueue,
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

async function withdraw(queue: TrainingBullQueue, id: string): Promise<boolean> {
  const state = shortState[await queue.getJobState(id)];
  return state === 'waiting' && (await queue.remove(id)) === 1;
}

async function counts(queue: TrainingBullQueue): Promise<Record<TrainingStatus['state'], number>> {
  const found = await queue.getJobCounts('waiting', 'delayed', 'active', 'completed', 'failed');
  const of = (state: string) => found[state] ?? 0;
  return {
    waiting: of('waiting') + of('delayed'),
    active: of('active'),
    completed: of('completed'),
    failed: of('failed'),
  };
}
