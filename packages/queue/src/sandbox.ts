// What runs inside a sandbox, around the work: passes progress and log on, translates errors, gives the job back when the
// trainer has to stop, and ends the process when the job is cancelled.

import type { Clock } from '@flightdeck/core';
import { type SandboxedJob, UnrecoverableError, WaitingError } from 'bullmq';
import { abortReasonOf, cancellationIn, isCancelled } from './cancellation.ts';
import { endWithParent } from './parent-watch.ts';
import { toJobError } from './training-failure.ts';
import type { TrainingProgress } from './training-job.ts';

export interface TrainingContext {
  readonly clock: Clock;
  /** Aborted when the trainer stops before the run is done. The run starts again elsewhere, so end soon. */
  readonly signal: AbortSignal;
  onProgress(progress: Omit<TrainingProgress, 'at'>): void;
  log(line: string): void;
}

export type Work = (job: SandboxedJob, context: TrainingContext) => Promise<unknown>;

/**
 * Makes the default export of a processor file. FlightdeckErrors with `retryable` and unknown errors are tried again; other
 * FlightdeckErrors are not.
 */
export function sandboxed(
  work: Work,
  clock: Clock,
): (job: SandboxedJob, token: string, signal: AbortSignal) => Promise<unknown> {
  endWithParent();
  return async (job, token, signal) => {
    const cancellation = cancellationIn(job.data);
    if (cancellation !== null) throw new UnrecoverableError(abortReasonOf(cancellation));
    const outcome = await Promise.race([attempt(work, job, signal, clock), aborted(signal)]);
    if (signal.aborted) {
      await job.moveToWait(token); // costs no attempt
      throw new WaitingError();
    }
    if ('error' in outcome) throw toJobError(outcome.error);
    return outcome.result;
  };
}

type Outcome = { readonly result: unknown } | { readonly error: unknown };

async function attempt(work: Work, job: SandboxedJob, signal: AbortSignal, clock: Clock): Promise<Outcome> {
  try {
    const result = await work(job, {
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
    const end = () => {
      // What is cancelled must do nothing more, and nobody can stop a function but with its process. Every stage may be killed
      // at any moment anyway.
      if (isCancelled(signal)) process.exit();
      resolve({ error: signal.reason });
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
