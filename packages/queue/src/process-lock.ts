// Waiting for a lock between processes: one process at a time starts or stops a state directory's broker.

import { setTimeout as delay } from 'node:timers/promises';
import { FlightdeckError, type ProcessLock, tryLock } from '@flightdeck/core';

/** Waits for the lock. BROKER_BUSY (retryable) when another process has held it for `patienceMs`. */
export async function takeLock(path: string, patienceMs: number): Promise<ProcessLock> {
  const pause = 20;
  for (let waited = 0; waited <= patienceMs; waited += pause) {
    const lock = tryLock(path);
    if (lock !== null) return lock;
    await delay(pause);
  }
  throw new FlightdeckError(
    'BROKER_BUSY',
    `Another process has been starting or stopping the broker for ${patienceMs / 1000} s (lock ${path}). ` +
      'End that process, then try again.',
    { retryable: true },
  );
}
