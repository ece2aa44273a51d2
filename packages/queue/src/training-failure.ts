// How an error of a training run gets from the sandbox through the broker to whoever waits for it. BullMQ stores nothing
// but a message, so the code goes in front of it: "DISK_FULL: No space left …".

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { UnrecoverableError } from 'bullmq';

/** In the sandbox: what BullMQ must see. It gives up on an error named UnrecoverableError and retries any other. */
export function toJobError(error: unknown): Error {
  const known = error instanceof FlightdeckError;
  const message = `${known ? error.code : 'TRAINING_FAILED'}: ${messageOf(error)}`;
  const failure = known && !error.retryable ? new UnrecoverableError(message) : new Error(message);
  if (error instanceof Error && error.stack !== undefined) failure.stack = error.stack;
  return failure;
}

/** At the other end: the error that the run threw, or what became of its process. */
export function fromFailedReason(id: string, reason: string): FlightdeckError {
  const [, code, message] = /^([A-Z][A-Z0-9_]+): ([\s\S]*)$/.exec(reason) ?? [];
  if (code !== undefined && message !== undefined) return new FlightdeckError(code, message);
  const ended = /^Unexpected exit code: (\S+) signal: (\S+)/.exec(reason);
  if (ended !== null) {
    const how = ended[2] === 'null' ? `exit code ${ended[1]}` : `signal ${ended[2]}`;
    return new FlightdeckError(
      'TRAINING_CRASHED',
      `The process of ${id} ended with ${how}. If the machine ran out of memory, train on fewer rows (--rows).`,
    );
  }
  if (/stalled more than allowable limit/.test(reason)) {
    return new FlightdeckError(
      'TRAINING_CRASHED',
      `Every trainer that took up ${id} died while it ran. Read the trainer's log, then submit it again.`,
    );
  }
  return new FlightdeckError('TRAINING_FAILED', `${id} failed: ${reason}`);
}
