// A lock between processes that the kernel drops when its holder dies, however it dies.

import { DatabaseSync } from 'node:sqlite';
import { isSystemError } from './errors.ts';

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
