// The trainer's side of the queue: trainings and the stages of retrainings, each in a sandbox (a child process: a busy event
// loop would lose the job's lock).

import { type JobEnd, startOrderlyWorker } from './orderly-worker.ts';
import { trainingQueueName } from './training-queue.ts';

export interface TrainingWorkerOptions {
  /** The file whose default export is a `trainerProcessor`. */
  readonly processor: URL;
  readonly concurrency?: number;
  /** The sandbox's environment; without it, this process's own. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly log?: (line: string) => void;
  /** Hears of each attempt that ended here. */
  readonly onEnd?: (end: JobEnd) => void;
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
  { processor, concurrency = 1, environment, log = () => {}, onEnd }: TrainingWorkerOptions,
): Promise<TrainingWorker> {
  const workerForkOptions = environment === undefined ? {} : { env: environment };
  const close = await startOrderlyWorker(brokerUrl, {
    queue: trainingQueueName,
    processor,
    log,
    onEnd,
    settings: { concurrency, workerForkOptions },
  });
  return { close: (patienceMs = 20_000) => close(patienceMs) };
}
