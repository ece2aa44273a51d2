// The client's side of retraining: submit a trigger, follow what comes of it, cancel it, pause and resume the trainers.

import { setTimeout as delay } from 'node:timers/promises';
import { type Clock, FlightdeckError, systemClock } from '@flightdeck/core';
import type { Queue } from 'bullmq';
import { ask, type BullQueue, countJobs, oldestWaiting, openBullQueue } from './bull-queue.ts';
import { type Cancellation, cancellationSchema, markCancelled } from './cancellation.ts';
import { checkBroker } from './connect.ts';
import { lease } from './orderly-worker.ts';
import { endStages } from './retraining-flow.ts';
import {
  parseRetrainingJob,
  type RetrainingJob,
  retrainingIdOf,
  type StageJob,
  stageIdOf,
  stagesOf,
} from './retraining-job.ts';
import {
  findRetraining,
  listRetrainings,
  type Retraining,
  type RetrainingStatus,
  retrainingStatusOf,
} from './retraining-status.ts';
import { listTrainerJobs, type TrainerJob } from './trainer-job.ts';
import { parseJob } from './training-job.ts';
import { type Submitted, trainingQueueName } from './training-queue.ts';
import { shortState } from './training-status.ts';
import { notQueued, type Watch, waitFor } from './training-wait.ts';
import { type JobUnderWay, jobsUnderWay } from './under-way.ts';

export const retrainingQueueName = 'retraining';

/** `next`: it starts when the one of the same model that is active (`after`) has ended, unless a newer trigger takes its place. */
export type RetrainingSubmitted =
  | { readonly id: string; readonly state: Submitted }
  | { readonly id: string; readonly state: 'next'; readonly after: string };

export interface RetrainingHistory {
  readonly active: readonly Retraining[];
  readonly waiting: readonly Retraining[];
  /** The newest first. */
  readonly ended: readonly Retraining[];
}

export interface QueueCounts {
  /** Whether trainers take up nothing more. */
  readonly paused: boolean;
  /** By queue (`retraining`, and `training` for what trainers do) and BullMQ's states. */
  readonly jobs: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface RetrainingQueue {
  /**
   * Idempotent: the id derives from the job and `versions` (retrainingIdOf). A model has one retraining at a time; of the
   * triggers that come meanwhile the newest is kept, and one that no trainer is at gives way to a newer one. JOB_INVALID.
   */
  submit(job: RetrainingJob, versions?: Readonly<Record<string, string>>): Promise<RetrainingSubmitted>;
  /** The result of its last stage, as JSON; the rest as TrainingQueue.wait. */
  wait(id: string, watch?: Pick<Watch, 'signal'>): Promise<unknown>;
  /**
   * Ends a retraining and returns what it then is. When it returns `cancelled`, nothing of it runs or will be registered;
   * `completed` says that it came too late; `active`, that a stage does not listen, or that its trainer has just died: it
   * ends as soon as it does. RUN_NOT_QUEUED, JOB_INVALID.
   */
  cancel(id: string, by: Cancellation): Promise<Retraining>;
  /** Starts one afresh that failed or was cancelled; stages that were done stay done. RUN_NOT_QUEUED, RETRAINING_NOT_FAILED. */
  retry(id: string): Promise<RetrainingSubmitted>;
  /** Trainers take up nothing more, trainings neither; what runs goes on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** What trainers are at and what comes next, trainings too: some of each. */
  underWay(): Promise<readonly JobUnderWay[]>;
  /** With its stages. Null when the queue has no such retraining. */
  status(id: string): Promise<RetrainingStatus | null>;
  /** What its stages logged, each line after its stage's name; of a training by itself, its lines. */
  logs(id: string): Promise<readonly string[]>;
  /** The newest first; all that it remembers, or at most `limit`. */
  list(limit?: number): Promise<readonly Retraining[]>;
  /** What trainers did last, do or will do: trainings, and stages of retrainings. The newest first. */
  trainerJobs(limit: number): Promise<readonly TrainerJob[]>;
  /** Of one model. A `next` is in it from when it starts. */
  history(model: string): Promise<RetrainingHistory>;
  counts(): Promise<QueueCounts>;
  /** BullMQ's own, for a dashboard of its jobs. */
  readonly bullQueues: readonly Queue[];
  /** For Prometheus, in its text format: the counts as `bullmq_job_count{queue, state}`, and how long the oldest job has been waiting. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** Opens the queue. BROKER_UNREACHABLE when the broker does not answer now; later it may go away and come back. */
export async function openRetrainingQueue(
  brokerUrl: string,
  clock: Clock = systemClock,
): Promise<RetrainingQueue> {
  await checkBroker(brokerUrl);
  const queues: Queues = {
    roots: openBullQueue(brokerUrl, retrainingQueueName),
    trainers: openBullQueue(brokerUrl, trainingQueueName),
  };
  const { roots, trainers } = queues;
  const asked = <Answer>(question: () => Promise<Answer>) => ask(brokerUrl, question);
  return {
    submit: (job, versions) => asked(() => submit(queues, job, versions)),
    wait: (id, watch = {}) => waitFor(roots, id, watch, { brokerUrl, clock }),
    cancel: (id, by) =>
      asked(() => cancel(queues, id, parseJob(cancellationSchema, 'cancelling', by), clock)),
    retry: (id) => asked(() => retry(queues, id)),
    pause: () => asked(() => trainers.pause()),
    resume: () => asked(() => trainers.resume()),
    underWay: () => asked(() => jobsUnderWay(trainers, 10)),
    status: (id) => asked(() => retrainingStatusOf(roots, trainers, id)),
    logs: (id) => asked(() => logs(queues, id)),
    list: (limit) => asked(() => listRetrainings(roots, limit)),
    trainerJobs: (limit) => asked(() => listTrainerJobs(trainers, limit)),
    history: (model) => asked(() => history(roots, model)),
    counts: () => asked(() => counts(queues)),
    bullQueues: [roots, trainers] as unknown as readonly Queue[],
    metrics: () => asked(() => metrics(queues, clock())),
    close: async () => void (await Promise.all([roots.close(), trainers.close()])),
  };
}

interface Queues {
  /** One job for each retraining. */
  readonly roots: BullQueue<RetrainingJob>;
  /** Their stages, among the trainings. */
  readonly trainers: BullQueue<StageJob>;
}

async function submit(
  queues: Queues,
  given: RetrainingJob,
  versions?: Readonly<Record<string, string>>,
): Promise<RetrainingSubmitted> {
  const job = parseRetrainingJob(given);
  const id = retrainingIdOf(job, versions);
  const found = await findRetraining(queues.roots, id);
  if (found === null) return enqueue(queues, id, job, 'added');
  // The same inputs, but who asks and why may be new.
  if (found.state === 'failed' || found.state === 'cancelled') return startAfresh(queues, { id, job });
  return { id, state: found.state };
}

async function retry(queues: Queues, id: string): Promise<RetrainingSubmitted> {
  const found = await findRetraining(queues.roots, id);
  if (found === null) throw notQueued(retrainingQueueName, id);
  if (found.state === 'failed' || found.state === 'cancelled') return startAfresh(queues, found);
  throw notFailed(id, found.state);
}

/** A new job, since the old one would keep its mark of being cancelled and the count of its dead workers. */
async function startAfresh(
  queues: Queues,
  { id, job }: Pick<Retraining, 'id' | 'job'>,
): Promise<RetrainingSubmitted> {
  if ((await queues.roots.remove(id)) === 0) throw notFailed(id, 'still ending');
  return enqueue(queues, id, job, 'failed-retried');
}

function notFailed(id: string, state: string): FlightdeckError {
  return new FlightdeckError(
    'RETRAINING_NOT_FAILED',
    `${id} is ${state}: only one that failed or was cancelled can be tried again. Wait for its end, or cancel it.`,
  );
}

/**
 * BullMQ keeps the newest trigger behind a job of the same model that is active (`keepLastIfActive`), and drops it behind one
 * that waits. So one that waits is taken out first; when it becomes active in that moment, the next round sees it.
 */
async function enqueue(
  { roots, trainers }: Queues,
  id: string,
  job: RetrainingJob,
  state: Submitted,
): Promise<RetrainingSubmitted> {
  const deduplication = { id: job.model, keepLastIfActive: true };
  for (;;) {
    const holder = (await roots.getDeduplicationJobId(job.model)) ?? '';
    const holds = shortState[await roots.getJobState(holder)];
    if (holds === 'waiting') await giveWay({ roots, trainers }, holder, id);
    const added = await roots.add(job.kind, job, { ...rootOptions, jobId: id, deduplication });
    if (added.id === id) return { id, state };
    if (added.id === holder && holds === 'active') return { id, state: 'next', after: holder };
  }
}

/** A stage that fails has had its attempts. History is kept by number: a schedule may be months. */
const rootOptions = { attempts: 1, removeOnComplete: { count: 500 }, removeOnFail: { count: 500 } };

async function giveWay({ roots, trainers }: Queues, id: string, to: string): Promise<void> {
  const root = await roots.getJob(id);
  if (root === undefined || (await roots.remove(id)) === 0) return;
  // Its trainer may have died when it was half done.
  await endStages(trainers, id, root.data, { actor: 'queue', reason: `${to} is newer` });
}

async function cancel(
  { roots, trainers }: Queues,
  id: string,
  by: Cancellation,
  clock: Clock,
): Promise<Retraining> {
  // One whose trainer has died stays active until its lease ends and another trainer sees it.
  const patience = 2 * (lease.lockDuration + lease.stalledInterval);
  for (const start = clock(); ; await delay(100)) {
    const found = await findRetraining(roots, id);
    if (found === null) throw notQueued(retrainingQueueName, id);
    const over = found.state === 'completed' || found.state === 'failed';
    if (over || clock() - start > patience) return found;
    await markCancelled(roots, id, by);
    const quiet = await endStages(trainers, id, found.job, by);
    if (quiet && found.state === 'cancelled') return found;
  }
}

async function logs({ roots, trainers }: Queues, id: string): Promise<readonly string[]> {
  const root = await roots.getJob(id);
  if (root === undefined) return (await trainers.getJobLogs(id)).logs;
  const lines = stagesOf(root.data).map(async (stage) =>
    (await trainers.getJobLogs(stageIdOf(id, stage))).logs.map((line) => `${stage}: ${line}`),
  );
  return (await Promise.all(lines)).flat();
}

async function history(roots: Queues['roots'], model: string): Promise<RetrainingHistory> {
  const all = (await listRetrainings(roots)).filter(({ job }) => job.model === model);
  return {
    active: all.filter(({ state }) => state === 'active'),
    waiting: all.filter(({ state }) => state === 'waiting'),
    ended: all.filter(({ state }) => state !== 'active' && state !== 'waiting'),
  };
}

async function counts({ roots, trainers }: Queues): Promise<QueueCounts> {
  const jobs = { [roots.name]: await countJobs(roots), [trainers.name]: await countJobs(trainers) };
  return { paused: await trainers.isPaused(), jobs };
}

async function metrics(queues: Queues, now: number): Promise<string> {
  const { jobs } = await counts(queues);
  const all = Object.values(queues).map(async (queue) => {
    const oldest = await oldestWaiting(queue);
    const age = oldest === null ? 0 : Math.max(0, now - oldest) / 1_000;
    return `flightdeck_queue_oldest_wait_seconds{queue="${queue.name}"} ${age}`;
  });
  const countLines = Object.entries(jobs).flatMap(([queue, states]) =>
    Object.entries(states).map(
      ([state, count]) => `bullmq_job_count{queue="${queue}",state="${state}"} ${count}`,
    ),
  );
  const lines = [
    ...headOf('bullmq_job_count', 'Jobs by queue and state.'),
    ...countLines,
    ...headOf(
      'flightdeck_queue_oldest_wait_seconds',
      'Since when the oldest job that waits for a trainer has been in its queue; 0 where none waits.',
    ),
    ...(await Promise.all(all)),
  ];
  return `${lines.join('\n')}\n`;
}

function headOf(name: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`];
}
