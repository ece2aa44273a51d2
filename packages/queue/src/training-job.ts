// What a training job says, what it reports while it runs, and its id. Everything that crosses the queue is parsed by these.

import { FlightdeckError, hashOf } from '@flightdeck/core';
import { z } from 'zod';

export const trainingJobSchema = z.object({
  /** Folder name below models/. */
  model: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and dashes'),
  /** How many training rows; null for all. */
  rows: z.int().positive().nullable(),
  seed: z.int().nonnegative(),
  /** Who asked, and why: for the registry's log. */
  actor: z.string().min(1),
  reason: z.string().min(1),
  /** Tells deliberate repetitions of the same training apart. */
  key: z.string().default(''),
  /** Whether a version that passes its gate becomes champion. */
  promote: z.boolean(),
});

export type TrainingJob = z.infer<typeof trainingJobSchema>;

export const trainingProgressSchema = z.object({
  stage: z.string(),
  message: z.string(),
  /** Share of the whole run that is done, 0 to 1. */
  fraction: z.number().min(0).max(1),
  /** Milliseconds since 1970 UTC. */
  at: z.number(),
});

export type TrainingProgress = z.infer<typeof trainingProgressSchema>;

/**
 * The id of the run, which is also the job's: derived from everything that decides the outcome, so that a repeated request
 * is the same run. `versions` names what the job does not (code, dataset, features). Who asks and why decide nothing.
 */
export function runIdOf(job: TrainingJob, versions: Readonly<Record<string, string>> = {}): string {
  const { actor: _actor, reason: _reason, ...inputs } = job;
  return `run-${hashOf({ ...inputs, versions }).slice(0, 16)}`;
}

/** JOB_INVALID names each field that is wrong. */
export function parseTrainingJob(data: unknown): TrainingJob {
  return parseJob(trainingJobSchema, 'training', data);
}

export function parseJob<Schema extends z.ZodType>(
  schema: Schema,
  kind: string,
  data: unknown,
): z.infer<Schema> {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'job'}: ${issue.message}`);
  throw new FlightdeckError(
    'JOB_INVALID',
    `A ${kind} job is wrong: ${problems.join('; ')}. Submit it again, corrected.`,
  );
}
