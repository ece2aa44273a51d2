// Whether a kit is up for a state directory: who keeps it up holds a lock.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { asStateError, type ProcessLock, tryLock } from '@flightdeck/core';

/** Takes the lock, or returns null where another process holds it. */
export function tryKitLock(home: string): ProcessLock | null {
  const path = join(home, 'kit.lock');
  try {
    mkdirSync(home, { recursive: true });
    return tryLock(path);
  } catch (error) {
    throw asStateError(error, path);
  }
}

/** Whether another process keeps the kit up, so that there is a trainer already. */
export function kitIsUp(home: string): boolean {
  const lock = tryKitLock(home);
  lock?.release();
  return lock === null;
}
