// The stages of a retraining as jobs of the trainers' queue. A tree cannot say that all trials need one snapshot, so the
// snapshot goes first, alone; its result goes into a BullMQ flow, whose children are the trials and whose parent concludes.

import { type ConnectionOptions, FlowProducer, type IQueueBackend } from 'bullmq';
import { type BullQueue, defaultJobOptions } from './bull-queue.ts';
import { type Cancellation, markCancelled } from './cancellation.ts';
import { connectTo } from './connect.ts';
import {
  parameterSetsOf,
  type RetrainingJob,
  type RetrainJob,
  type StageJob,
  stageIdOf,
  stagesOf,
} from './retraining-job.ts';
import { trainingQueueName } from './training-queue.ts';
import { shortState } from './training-status.ts';

type Flows = FlowProducer<IQueueBackend, ConnectionOptions>;

export function openFlows(brokerUrl: string): Flows {
  const { options, backend } = connectTo(brokerUrl, { patient: true });
  const flows: Flows = new FlowProducer({ connection: options }, backend);
  flows.on('error', () => {}); // each call reports its own failure
  return flows;
}

/** Adds the stage that comes first. Nothing happens where it is there already. */
export async function addFirstStage(
  trainers: BullQueue<StageJob>,
  retraining: string,
  job: RetrainingJob,
): Promise<void> {
  const data: StageJob =
    job.kind === 'recalibrate'
      ? { stage: 'recalibrate', retraining, job }
      : { stage: 'snapshot', retraining, job };
  await trainers.add(data.stage, data, { jobId: stageIdOf(retraining, data.stage) });
}

/** Adds all trials and what concludes from them, or nothing. What is there already stays, and is not done again. */
export async function addTrials(
  flows: Flows,
  retraining: string,
  job: RetrainJob,
  snapshot: unknown,
): Promise<void> {
  const node = (id: string, data: StageJob) => ({
    name: data.stage,
    queueName: trainingQueueName,
    data,
    opts: { jobId: stageIdOf(retraining, id) },
  });
  const trials = parameterSetsOf(job).map((parameters, trial) => {
    const child = node(`trial-${trial}`, { stage: 'trial', retraining, job, snapshot, trial, parameters });
    // A trial that fails for good leaves the decision to the others.
    return { ...child, opts: { ...child.opts, ignoreDependencyOnFailure: true } };
  });
  const conclude = node('conclude', { stage: 'conclude', retraining, job, snapshot });
  const queuesOptions = { [trainingQueueName]: { defaultJobOptions } };
  await flows.add({ ...conclude, children: trials }, { queuesOptions });
}

/**
 * Takes out what no trainer is at, and tells the trainers that are at something to end. True when there was nothing of the
 * latter. From the last stage to the first: a parent starts when the last of its children is taken out.
 */
export async function endStages(
  trainers: BullQueue<StageJob>,
  retraining: string,
  job: RetrainingJob,
  cancellation: Cancellation,
): Promise<boolean> {
  let quiet = true;
  for (const stage of stagesOf(job).toReversed()) {
    const id = stageIdOf(retraining, stage);
    const state = shortState[await trainers.getJobState(id)];
    if (state === 'active') await markCancelled(trainers, id, cancellation);
    const gone = state !== 'waiting' || (await trainers.remove(id, { removeChildren: false })) === 1;
    quiet &&= gone && state !== 'active';
  }
  return quiet;
}

/** Makes room for another attempt at a retraining: what is done stays done, all else goes. */
export async function clearStages(
  trainers: BullQueue<StageJob>,
  retraining: string,
  job: RetrainingJob,
): Promise<void> {
  for (const stage of stagesOf(job).toReversed()) {
    const id = stageIdOf(retraining, stage);
    if ((await trainers.getJobState(id)) !== 'completed')
      await trainers.remove(id, { removeChildren: false });
  }
}
