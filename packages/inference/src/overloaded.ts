// The refusal that says when to come back.

import { FlightdeckError } from '@flightdeck/core';

export class Overloaded extends FlightdeckError {
  /** When the same request would probably be taken: whole milliseconds, at least 1. */
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super('OVERLOADED', message, { retryable: true });
    this.retryAfterMs = Math.max(1, Math.ceil(retryAfterMs));
  }
}
