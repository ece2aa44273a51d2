// What runs inside the sandbox, around the pipeline: parses the job, passes progress and log on, translates errors, and
// gives the job back when the trainer has to stop.

import { type Clock, systemClock } from '@flightdeck/core';
import { type SandboxedJob, WaitingError } from 'bullmq';
import { endWithParent } from './parent-watch.ts';
import { toJobError } from './training-failure.ts';
import { parseTrainingJob, type TrainingJob, type TrainingProgress } from './training-job.ts';

export type TrainingRequest = TrainingJob & { readonly runId: string };

export interface TrainingContext {
  readonly clock: Clock;
  /** Aborted when the trainer stops before the run is done. The run starts again elsewhere, so end soon. */
  readonly signal: AbortSignal;
  onProgress(progress: Omit<TrainingProgress, 'at'>): void;
  log(line: string): void;
}

/**
 * Makes the default export of a processor file from `train`, whose result must be JSON. FlightdeckErrors with `retryable`
 * and unknown errors are tried again; other FlightdeckErrors, and jobs that do not parse, are not.
 */
export function trainingProcessor(
  train: (request: TrainingRequest, context: TrainingContext) => Promise<unknown>,
  clock: Clock = systemClock,
): (job: SandboxedJob, token: string, signal: AbortSignal) => Promise<unknown> {
  endWithParent();
  return async (job, token, signal) => {
    const outcome = await Promise.race([attempt(train, job, signal, clock), aborted(signal)]);
    if (signal.aborted) {
      await job.moveToWait(token); // costs no attempt
      throw new WaitingError();
    }
    if ('error' in outcome) throw toJobError(outcome.error);
    return outcome.result;
  };
}

type Outcome = { readonly result: unknown } | { readonly error: unknown };

async function attempt(
  train: (request: TrainingRequest, context: TrainingContext) => Promise<unknown>,
  job: SandboxedJob,
  signal: AbortSignal,
  clock: Clock,
): Promise<Outcome> {
  try {
    const request = { ...parseTrainingJob(job.data), runId: job.id };
    const result = await train(request, {
      clock,
      signal,
      onProgress: (progress) => void job.updateProgress({ ...progress, at: clock() }),
      log: (line) => void job.log(line),
    });
    return { result };
  } catch (error) {
    return { error };
  }
}

function aborted(signal: AbortSignal): Promise<Outcome> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ error: signal.reason }), { once: true });
  });
}
