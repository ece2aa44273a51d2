// What a retraining is asked for, the stages that it falls into, and the ids of both. Everything that crosses the queue is
// parsed by these.

import { hashOf } from '@flightdeck/core';
import { z } from 'zod';
import { cancellationSchema } from './cancellation.ts';
import { parseJob, trainingJobSchema } from './training-job.ts';

const triggerSchema = z.object({
  kind: z.enum(['schedule', 'drift', 'quality', 'alert', 'person']),
  reason: z.string().min(1),
  /** What was seen: for the decision record. */
  evidence: z.json().optional(),
});

/** A set of hyperparameters. Only the model's own code knows what is in it. */
const parametersSchema = z.record(z.string(), z.json());

const asked = {
  ...trainingJobSchema.pick({ model: true, rows: true, seed: true, actor: true }).shape,
  trigger: triggerSchema,
  /** Event time, milliseconds since 1970 UTC: nothing that became known later may teach the model. */
  until: z.number(),
};

const most = 64;

const retrainSchema = z.object({
  kind: z.literal('retrain'),
  ...asked,
  /** How many sets of hyperparameters to draw and try, or the sets themselves. */
  trials: z.union([z.int().min(1).max(most), z.array(parametersSchema).min(1).max(most)]),
});

/** Keeps the network and replaces its calibration: one quick stage. */
const recalibrateSchema = z.object({
  kind: z.literal('recalibrate'),
  ...asked,
  /** Whose network: the champion when this was decided, so that a repeated job does not recalibrate its own result. */
  version: z.int().positive(),
});

export const retrainingJobSchema = z.discriminatedUnion('kind', [retrainSchema, recalibrateSchema]);

export type RetrainingJob = z.infer<typeof retrainingJobSchema>;
export type RetrainJob = z.infer<typeof retrainSchema>;

const every = { retraining: z.string(), cancelled: cancellationSchema.optional() };
const ofRetrain = { ...every, job: retrainSchema };

const stageJobSchema = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('snapshot'), ...ofRetrain }),
  z.object({
    stage: z.literal('trial'),
    ...ofRetrain,
    snapshot: z.unknown(),
    trial: z.int().nonnegative(),
    parameters: parametersSchema.nullable(),
  }),
  z.object({ stage: z.literal('conclude'), ...ofRetrain, snapshot: z.unknown() }),
  z.object({ stage: z.literal('recalibrate'), ...every, job: recalibrateSchema }),
]);

export type StageJob = z.infer<typeof stageJobSchema>;

/**
 * Derived from everything that decides the outcome, as a run's id is (runIdOf): the same trigger seen twice is one
 * retraining. Who asks, and what for, decide nothing.
 */
export function retrainingIdOf(job: RetrainingJob, versions: Readonly<Record<string, string>> = {}): string {
  const { actor: _actor, trigger: _trigger, ...inputs } = job;
  return `retraining-${hashOf({ ...inputs, versions }).slice(0, 16)}`;
}

/** The names of its stages, in the order in which they end. A trial's set is null where the trial draws its own. */
export function stagesOf(job: RetrainingJob): readonly string[] {
  if (job.kind === 'recalibrate') return ['recalibrate'];
  return ['snapshot', ...parameterSetsOf(job).map((_, trial) => `trial-${trial}`), 'conclude'];
}

export function parameterSetsOf({ trials }: RetrainJob) {
  return typeof trials === 'number' ? Array.from({ length: trials }, () => null) : trials;
}

/** The job's id of a stage. */
export function stageIdOf(retraining: string, stage: string): string {
  return `${retraining}.${stage}`;
}

/** JOB_INVALID names each field that is wrong. */
export function parseRetrainingJob(data: unknown): RetrainingJob {
  return parseJob(retrainingJobSchema, 'retraining', data);
}

export function parseStageJob(data: unknown): StageJob {
  return parseJob(stageJobSchema, 'stage', data);
}
