// Opens the registry's database: state lives in one file below FLIGHTDECK_HOME, shared by all processes of a host.

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { asStateError } from '@flightdeck/core';
import { Kysely } from 'kysely';
import { migrate } from './migrations.ts';
import { appendOnlyStatements, nodeSqliteDialect } from './sqlite-dialect.ts';
import type { Database, Tables } from './tables.ts';

/**
 * Opens the file at `path`, makes it and its folder where they are missing, and migrates it. STATE_NOT_WRITABLE,
 * DISK_FULL, REGISTRY_CORRUPT, REGISTRY_NEWER or REGISTRY_BUSY where that cannot be done.
 */
export async function openDatabase(path: string): Promise<Database> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw asStateError(error, path);
  });
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(path) });
  try {
    await migrate(db, path, appendOnlyStatements);
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

/**
 * A transaction that sees and leaves the registry as if it ran alone. Every write goes through one. Within `work` use the
 * transaction only: the outer connection waits for its end.
 */
export function inTransaction<Result>(
  db: Database,
  work: (transaction: Database) => Promise<Result>,
): Promise<Result> {
  return db.transaction().setIsolationLevel('serializable').execute(work);
}
