import { FlightdeckError } from '@flightdeck/core';
import { UnrecoverableError } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { fromFailedReason, toJobError } from './training-failure.ts';

describe('an error of a run', () => {
  it('reaches whoever waits with its code and message, line breaks and colons included', () => {
    const error = new FlightdeckError('PARITY_FAILED', 'row 3: 0.1 is not 0.2\nTrain again.');
    const arrived = fromFailedReason('run-1', toJobError(error).message);
    expect(arrived).toMatchObject({ code: error.code, message: error.message });
  });

  it('stops the retries unless it says that a retry may help, or is unknown', () => {
    const retryable = new FlightdeckError('DISK_FULL', 'Full.', { retryable: true });
    expect(toJobError(new FlightdeckError('GATE_BROKEN', 'No.'))).toBeInstanceOf(UnrecoverableError);
    expect(toJobError(retryable)).not.toBeInstanceOf(UnrecoverableError);
    expect(toJobError(new TypeError('x'))).not.toBeInstanceOf(UnrecoverableError);
  });

  it('keeps its stack, for the log', () => {
    const error = new FlightdeckError('GATE_BROKEN', 'No.');
    expect(toJobError(error).stack).toBe(error.stack);
  });
});

describe('a run whose process died', () => {
  it('says by what signal, and what may help', () => {
    const killed = fromFailedReason('run-1', 'Unexpected exit code: null signal: SIGKILL');
    expect(killed).toMatchObject({ code: 'TRAINING_CRASHED' });
    expect(killed.message).toMatch(/run-1 .*SIGKILL.*--rows/);
  });

  it('says that it outlived none of its trainers', () => {
    const stalled = fromFailedReason('run-1', 'job stalled more than allowable limit');
    expect(stalled).toMatchObject({ code: 'TRAINING_CRASHED' });
  });

  it('is a failed training for any other reason', () => {
    expect(fromFailedReason('run-1', 'Out of luck')).toMatchObject({
      code: 'TRAINING_FAILED',
      message: 'run-1 failed: Out of luck',
    });
  });
});
