// Conducts retrainings: has one stage after the other done by the trainers, and follows it. A retraining's own job stays
// active from the first stage to the last, because BullMQ keeps the newest trigger behind a job only while that is active,
// not while it waits for children. Nothing is computed here, so it runs in the trainer's own process.

import { setTimeout as delay } from 'node:timers/promises';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import { type Job, UnrecoverableError, WaitingError } from 'bullmq';
import { type BullQueue, openBullQueue } from './bull-queue.ts';
import { abortReasonOf, cancellationIn, isCancelled } from './cancellation.ts';
import { checkBroker } from './connect.ts';
import { startOrderlyWorker } from './orderly-worker.ts';
import { addFirstStage, addTrials, clearStages, endStages, openFlows } from './retraining-flow.ts';
import {
  parseRetrainingJob,
  type RetrainingJob,
  type StageJob,
  stageIdOf,
  stagesOf,
} from './retraining-job.ts';
import { retrainingQueueName } from './retraining-queue.ts';
import { toJobError } from './training-failure.ts';
import { trainingQueueName } from './training-queue.ts';
import { statusOf } from './training-status.ts';

export interface RetrainingWorker {
  /** Gives the retrainings under way back to the queue. Their stages go on where they are. */
  close(): Promise<void>;
}

/** Starts conducting. BROKER_UNREACHABLE when the broker does not answer now; later it may go away and come back. */
export async function startRetrainingWorker(
  brokerUrl: string,
  { log = () => {} }: { readonly log?: (line: string) => void } = {},
): Promise<RetrainingWorker> {
  await checkBroker(brokerUrl);
  const roots = openBullQueue<RetrainingJob>(brokerUrl, retrainingQueueName, { patient: true });
  const trainers = openBullQueue<StageJob>(brokerUrl, trainingQueueName, { patient: true });
  const flows = openFlows(brokerUrl);
  const conductor = { roots, trainers, flows, log };
  const close = await startOrderlyWorker<RetrainingJob>(brokerUrl, {
    queue: retrainingQueueName,
    processor: (root, token, signal) => conduct(conductor, root, token, signal),
    log,
    // A retraining costs a trainer next to nothing, and outlives as many of them as it takes.
    settings: { concurrency: 100, maxStalledCount: 1_000 },
  });
  return {
    async close() {
      await close(0);
      await Promise.all([roots.close(), trainers.close(), flows.close()]);
    },
  };
}

interface Conductor {
  readonly roots: BullQueue<RetrainingJob>;
  readonly trainers: BullQueue<StageJob>;
  readonly flows: ReturnType<typeof openFlows>;
  readonly log: (line: string) => void;
}

type Root = Job<RetrainingJob, unknown>;

const pauseMs = 200;

async function conduct(
  conductor: Conductor,
  root: Root,
  token: string | undefined,
  signal = new AbortController().signal,
): Promise<unknown> {
  try {
    return await retrain(conductor, root, signal);
  } catch (error) {
    if (!signal.aborted) throw toJobError(error);
    if (isCancelled(signal)) return endAll(conductor, root);
    await root.moveToWait(token); // costs no attempt
    throw new WaitingError();
  }
}

/** Safe to repeat at any point: a stage that is there already is followed, not added. */
async function retrain(conductor: Conductor, root: Root, signal: AbortSignal): Promise<unknown> {
  const { trainers, flows, log } = conductor;
  const job = parseRetrainingJob(root.data);
  const id = root.id ?? '';
  // What failed, or was left over, in an earlier job for the same retraining is done again; what was done stays.
  if (root.attemptsStarted === 1) await patiently(log, () => clearStages(trainers, id, job), signal);
  const done = (stage: string, add: () => Promise<void>) => follow(conductor, id, stage, add, signal);
  if (job.kind === 'recalibrate') return done('recalibrate', () => addFirstStage(trainers, id, job));
  const snapshot = await done('snapshot', () => addFirstStage(trainers, id, job));
  return done('conclude', async () => {
    await clearStages(trainers, id, job); // a parent would wait for ever for a child that has failed before
    await addTrials(flows, id, job, snapshot);
  });
}

/** The stage's result when it is done; adds it while it is not there. Rejects with the stage's own failure. */
async function follow(
  { roots, trainers, log }: Conductor,
  id: string,
  stage: string,
  add: () => Promise<void>,
  signal: AbortSignal,
): Promise<unknown> {
  for (; ; await delay(pauseMs, undefined, { signal })) {
    const look = async () => {
      const found = await statusOf(trainers, stageIdOf(id, stage));
      if (found === null && (await isWanted(roots, id))) await add();
      return found;
    };
    const status = await patiently(log, look, signal);
    if (status === null) continue;
    if (status.failure !== null) throw status.failure;
    if (status.state === 'completed') return status.result;
  }
}

/**
 * Asked after a stage was looked for in vain: whoever cancels marks the retraining before taking its stages out. Such a mark
 * reaches the signal soon. One that is not there at all gave way while it was thought dead.
 */
async function isWanted(roots: BullQueue<RetrainingJob>, id: string): Promise<boolean> {
  const root = await roots.getJob(id);
  if (root !== undefined) return cancellationIn(root.data) === null;
  throw new FlightdeckError('RETRAINING_REMOVED', `${id} is no longer in the queue. Submit it again.`);
}

/** Ends what is left of a cancelled retraining. When its last stage was faster, it counts: its version is registered. */
async function endAll({ trainers, log }: Conductor, { id = '', data }: Root): Promise<unknown> {
  const cancellation = cancellationIn(data);
  if (cancellation === null) throw new Error(`${id} was aborted as cancelled and is not.`);
  while (!(await patiently(log, () => endStages(trainers, id, data, cancellation)))) await delay(pauseMs);
  const last = stageIdOf(id, stagesOf(data).at(-1) ?? '');
  const status = await patiently(log, () => statusOf(trainers, last));
  if (status?.state === 'completed') return status.result;
  throw new UnrecoverableError(abortReasonOf(cancellation));
}

/** Asks until there is an answer: a broker that is away comes back, and the trainers go on meanwhile. */
async function patiently<Answer>(
  log: (line: string) => void,
  ask: () => Promise<Answer>,
  signal?: AbortSignal,
): Promise<Answer> {
  for (; ; await delay(1_000, undefined, signal && { signal })) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof FlightdeckError) throw error;
      log(`broker: ${messageOf(error)}`);
    }
  }
}
