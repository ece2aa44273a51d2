// The trainer's side of the queue: takes jobs, runs each in a sandbox (a child process: a busy event loop would lose the
// job's lock), keeps its progress and log in order, and lets go of it properly.

import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '@flightdeck/core';
import { type ConnectionOptions, type IQueueBackend, type Job, type JobProgress, Worker } from 'bullmq';
import { checkBroker, connectTo } from './connect.ts';
import type { TrainingJob } from './training-job.ts';
import { trainingQueueName } from './training-queue.ts';

export interface TrainingWorkerOptions {
  /** The file whose default export is a `trainingProcessor`. */
  readonly processor: URL;
  readonly concurrency?: number;
  /** The sandbox's environment; without it, this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly log?: (line: string) => void;
}

export interface TrainingWorker {
  /**
   * Takes no more jobs and waits up to `patienceMs` (20 s) for the running one, then gives it back to the queue, where it
   * costs no attempt. False when its sandbox did not listen and still runs: it ends when this process does.
   */
  close(patienceMs?: number): Promise<boolean>;
}

/** Starts taking jobs. BROKER_UNREACHABLE when the broker does not answer now; later it may go away and come back. */
export async function startTrainingWorker(
  brokerUrl: string,
  { processor, concurrency = 1, environment, log = () => {} }: TrainingWorkerOptions,
): Promise<TrainingWorker> {
  await checkBroker(brokerUrl);
  const { options, backend } = connectTo(brokerUrl, { patient: true });
  const settings = {
    ...lease,
    connection: options,
    concurrency,
    runRetryDelay: 1_000,
    workerForkOptions: environment === undefined ? {} : { env: environment },
  };
  const worker = new OrderlyWorker(trainingQueueName, processor, settings, backend);
  const running = narrate(worker, log);
  await worker.waitUntilReady();
  return { close: (patienceMs = 20_000) => close(worker, running, patienceMs) };
}

/**
 * How fast a killed worker is noticed: its lock runs out at most 10 s after its last renewal (every 5 s), and each worker
 * looks every 2.5 s, so another takes the job up within 12.5 s. Shorter would take jobs from workers whose machine was merely
 * busy or whose broker restarted. A job may lose three workers (deploys, spot instances); one that kills a fourth is at fault.
 */
const lease = { lockDuration: 10_000, stalledInterval: 2_500, maxStalledCount: 3 };

type Running = Job<TrainingJob, unknown>;

/**
 * BullMQ writes progress and log lines as they come, in any order, and fails the job when one cannot be written. Here they
 * are written one after the other and before the job ends, and a line that is lost costs nothing but the line.
 */
class OrderlyWorker extends Worker<
  TrainingJob,
  unknown,
  string,
  IQueueBackend,
  JobProgress,
  ConnectionOptions
> {
  protected override async callProcessJob(
    job: Running,
    token: string,
    signal?: AbortSignal,
  ): Promise<unknown> {
    let written: Promise<unknown> = Promise.resolve();
    const inTurn = (write: () => Promise<unknown>) => {
      written = written.then(write).catch((error: Error) => this.emit('error', error));
    };
    const { updateProgress, log } = job;
    job.updateProgress = async (progress) => inTurn(() => updateProgress.call(job, progress));
    job.log = async (line) => {
      inTurn(() => log.call(job, line));
      return 0;
    };
    try {
      return await super.callProcessJob(job, token, signal);
    } finally {
      await written;
    }
  }
}

/** Logs what happens, and keeps the set of running jobs. */
function narrate(worker: OrderlyWorker, log: (line: string) => void): Map<string, Running> {
  const running = new Map<string, Running>();
  const ended = (job: Running | undefined, line: string) => {
    if (job?.id === undefined) return;
    running.delete(job.id);
    log(`${job.id} ${line}`);
  };
  worker.on('active', (job) => {
    running.set(job.id ?? '', job);
    log(`${job.id} started, attempt ${job.attemptsMade + 1} of ${job.opts.attempts}`);
  });
  worker.on('completed', (job) => ended(job, 'completed'));
  worker.on('failed', (job, error) => ended(job, `failed: ${error.message}`));
  worker.on('stalled', (id) => log(`${id} was left by its worker; it is in the queue again`));
  worker.on('error', (error) => log(`broker: ${messageOf(error)}`));
  return running;
}

async function close(
  worker: OrderlyWorker,
  running: ReadonlyMap<string, Running>,
  patienceMs: number,
): Promise<boolean> {
  const closed = worker.close().then(() => true);
  const within = (milliseconds: number) => Promise.race([closed, delay(milliseconds, false, { ref: false })]);
  if (await within(patienceMs)) return true;
  worker.cancelAllJobs('the trainer stops'); // the sandbox gives its job back
  if (await within(5_000)) return true;
  await Promise.all([...running.values()].map((job) => job.moveToWait(job.token).catch(() => {})));
  return false;
}
