// The refusal that says when to come back.

import { FlightdeckError } from '@flightdeck/core';

export class Overloaded extends FlightdeckError {
  /** When the same request would probably be taken: whole milliseconds, at least 1. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    // Nobody looks for where a refusal came from, and to find out takes a tenth of the time of one.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super('OVERLOADED', message, { retryable: true });
    Error.stackTraceLimit = stackTraceLimit;
    this.retryAfterMs = Math.max(1, Math.ceil(retryAfterMs));
  }
}
