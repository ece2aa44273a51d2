// A lock between processes that the kernel drops when its holder dies, however it dies. Start-up of the broker needs it.

import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { FlightdeckError, isSystemError } from '@flightdeck/core';

export interface ProcessLock {
  release(): void;
}

/**
 * Takes the lock if nobody holds it, else returns null.
 *
 * An exclusive SQLite transaction on an empty file is an operating-system lock. A file that holds its owner's pid would need
 * stale detection, and in a container, where pids are small and repeat, a stale pid soon belongs to somebody else.
 */
export function tryLock(path: string): ProcessLock | null {
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (isSystemError(error, 'ERR_SQLITE_ERROR') && /locked|busy/.test(error.message)) return null;
    throw error;
  }
}

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
