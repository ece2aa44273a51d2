// Whether a kit is up for a state directory: a lock that the kernel drops when its holder dies, however it dies.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { asStateError, isSystemError } from '@flightdeck/core';

export interface KitLock {
  release(): void;
}

/**
 * Takes the lock, or returns null where another process holds it. An exclusive SQLite transaction on an empty file is an
 * operating-system lock; a file with a pid in it would outlive its owner, and pids come back.
 */
export function tryKitLock(home: string): KitLock | null {
  const path = join(home, 'kit.lock');
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(home, { recursive: true });
    database = new DatabaseSync(path);
    database.exec('BEGIN EXCLUSIVE');
    const held = database;
    return { release: () => held.close() };
  } catch (error) {
    database?.close();
    if (isSystemError(error, 'ERR_SQLITE_ERROR') && /locked|busy/.test(error.message)) return null;
    throw asStateError(error, path);
  }
}

/** Whether another process keeps the kit up, so that there is a trainer already. */
export function kitIsUp(home: string): boolean {
  const lock = tryKitLock(home);
  lock?.release();
  return lock === null;
}
