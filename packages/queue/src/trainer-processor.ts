// What a trainer can do: one function for a training and one for each stage of a retraining, which the trainer brings along.
// This package knows nothing of what they do but the shape of what they are asked.

import { type Clock, FlightdeckError, systemClock } from '@flightdeck/core';
import type { SandboxedJob } from 'bullmq';
import { parseStageJob, type RetrainJob, type StageJob } from './retraining-job.ts';
import { sandboxed, type TrainingContext } from './sandbox.ts';
import { parseTrainingJob, type TrainingJob } from './training-job.ts';

export type TrainingRequest = TrainingJob & { readonly runId: string };

/** What all stages of a retraining are told. `runId` is the retraining's id, the same for all of them. */
export type RetrainingRequest = Pick<
  RetrainJob,
  'model' | 'rows' | 'seed' | 'until' | 'actor' | 'trigger'
> & { readonly runId: string };

/** `snapshot` is what the snapshot stage returned, here and below. */
export type TrialRequest = RetrainingRequest & {
  readonly snapshot: unknown;
  /** Counts from 0. */
  readonly trial: number;
  /** Null: draw a set from the seed and the trial's number. */
  readonly parameters: Readonly<Record<string, unknown>> | null;
};

export type ConcludeRequest = RetrainingRequest & {
  readonly snapshot: unknown;
  /** At least one, in order of their numbers; `result` is what the trial returned. */
  readonly trials: readonly { readonly trial: number; readonly result: unknown }[];
  /** Those that failed for good. */
  readonly failures: readonly { readonly trial: number; readonly reason: string }[];
};

export type RecalibrateRequest = RetrainingRequest & { readonly version: number };

type Does<Request> = (request: Request, context: TrainingContext) => Promise<unknown>;

/** All results must be JSON. All may be killed at any moment and called again with the same request. */
export interface TrainerWork {
  readonly train: Does<TrainingRequest>;
  readonly snapshot: Does<RetrainingRequest>;
  readonly trial: Does<TrialRequest>;
  readonly conclude: Does<ConcludeRequest>;
  readonly recalibrate: Does<RecalibrateRequest>;
}

/** Makes the default export of the trainer's processor file. A job that does not parse is not tried again: JOB_INVALID. */
export function trainerProcessor(work: TrainerWork, clock: Clock = systemClock) {
  return sandboxed(async (job, context) => {
    const isStage = Object.hasOwn(job.data, 'stage');
    if (!isStage) return work.train({ ...parseTrainingJob(job.data), runId: job.id }, context);
    return doStage(work, parseStageJob(job.data), job, context);
  }, clock);
}

async function doStage(
  work: TrainerWork,
  stage: StageJob,
  job: SandboxedJob,
  context: TrainingContext,
): Promise<unknown> {
  const { model, rows, seed, until, actor, trigger } = stage.job;
  const request: RetrainingRequest = { runId: stage.retraining, model, rows, seed, until, actor, trigger };
  switch (stage.stage) {
    case 'snapshot':
      return work.snapshot(request, context);
    case 'trial': {
      const { snapshot, trial, parameters } = stage;
      return work.trial({ ...request, snapshot, trial, parameters }, context);
    }
    case 'conclude':
      return work.conclude({ ...request, snapshot: stage.snapshot, ...(await trialsOf(job)) }, context);
    case 'recalibrate':
      return work.recalibrate({ ...request, version: stage.job.version }, context);
  }
}

/** What became of the trials. TRIALS_FAILED when there is nothing to conclude from. */
async function trialsOf(job: SandboxedJob): Promise<Pick<ConcludeRequest, 'trials' | 'failures'>> {
  const results = await job.getChildrenValues();
  const reasons = await job.getIgnoredChildrenFailures();
  const inOrder = <Value>(found: Record<string, Value>) =>
    Object.entries(found)
      .map(([key, value]) => ({ trial: trialOf(key), value }))
      .sort((a, b) => a.trial - b.trial);
  const trials = inOrder(results).map(({ trial, value }) => ({ trial, result: value as unknown }));
  const failures = inOrder(reasons).map(({ trial, value }) => ({ trial, reason: value }));
  if (trials.length > 0) return { trials, failures };
  throw new FlightdeckError(
    'TRIALS_FAILED',
    `All ${failures.length} trials failed, the first with: ${failures[0]?.reason} Read their logs, then retry the retraining.`,
  );
}

/** A child's key ends in its job's id, and that in the trial's number. */
function trialOf(key: string): number {
  return Number(/\d+$/.exec(key)?.[0]);
}
