// SQLite's result codes in the kit's words. Only the dialect for node:sqlite uses this.

import { asStateError, FlightdeckError } from '@flightdeck/core';

interface SqliteError extends Error {
  readonly errcode: number;
}

/**
 * Turns an error of node:sqlite into one that says what to do; passes on anything else (a broken constraint is a bug).
 * Codes: https://sqlite.org/rescode.html. The low byte is the primary code, the rest details it.
 */
export function asDatabaseError(error: unknown, path: string): unknown {
  if (!isSqliteError(error)) return error;
  const primary = error.errcode & 0xff;
  // 5 SQLITE_BUSY, 6 SQLITE_LOCKED: somebody else holds the write lock.
  if (primary === 5 || primary === 6) return busy(error, path);
  // 11 SQLITE_CORRUPT, 26 SQLITE_NOTADB.
  if (primary === 11 || primary === 26) return corrupt(error, path);
  // 13 SQLITE_FULL: core knows the disk's own words for it.
  if (primary === 13) return asStateError(new Error('No space left on device', { cause: error }), path);
  // 3 SQLITE_PERM, 8 SQLITE_READONLY, 10 SQLITE_IOERR, 14 SQLITE_CANTOPEN.
  if ([3, 8, 10, 14].includes(primary)) {
    return asStateError(new Error('Permission denied', { cause: error }), path);
  }
  return error;
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && typeof (error as Partial<SqliteError>).errcode === 'number';
}

function busy(cause: Error, path: string): FlightdeckError {
  return new FlightdeckError(
    'REGISTRY_BUSY',
    `Another process has been writing to ${path} for too long. Try again, or stop the process that holds it.`,
    { cause, retryable: true },
  );
}

function corrupt(cause: Error, path: string): FlightdeckError {
  return new FlightdeckError(
    'REGISTRY_CORRUPT',
    `${path} is not a sound registry database. Put a backup in its place, or move it away ` +
      `(with ${path}-wal and ${path}-shm) and train again: the next start makes a new one.`,
    { cause },
  );
}
