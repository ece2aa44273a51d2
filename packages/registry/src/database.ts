// Opens the registry's database and runs its transactions: a SQLite file below FLIGHTDECK_HOME, or a PostgreSQL.

import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FlightdeckError } from '@flightdeck/core';
import { Kysely } from 'kysely';
import type { Engine } from './engine.ts';
import type { RegistryLocation } from './location.ts';
import { migrate } from './migrations.ts';
import { sqliteEngine } from './sqlite-dialect.ts';
import type { Database, Tables } from './tables.ts';

/** DATABASE_URL_INVALID. */
export async function engineAt({ home, databaseUrl }: RegistryLocation): Promise<Engine> {
  if (databaseUrl === undefined) return sqliteEngine(join(home, 'registry.sqlite'));
  // Who needs no PostgreSQL does not wait for its client to load.
  const { postgresEngine } = await import('./postgres-dialect.ts');
  return postgresEngine(databaseUrl);
}

/** Opens the engine's database, makes what is missing, and migrates it. Whatever is in the way is a FlightdeckError. */
export async function openDatabase(engine: Engine): Promise<Database> {
  const db = new Kysely<Tables>({ dialect: engine.dialect });
  try {
    await migrate(db, engine);
    return db;
  } catch (error) {
    await db.destroy();
    throw error;
  }
}

const maximumAttempts = 10;
const pauseMs = 5;

/**
 * A transaction that sees and leaves the registry as if it ran alone. Every write goes through one. Within `work` use the
 * transaction only: the outer connection waits for its end. Where others got in between, `work` is done again, from the
 * start; REGISTRY_CONFLICT (retryable) when that does not help.
 */
export async function inTransaction<Result>(
  db: Database,
  work: (transaction: Database) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().setIsolationLevel('serializable').execute(work);
    } catch (error) {
      if (!(error instanceof FlightdeckError) || error.code !== 'REGISTRY_CONFLICT') throw error;
      if (attempt === maximumAttempts) throw tooManyConflicts(error);
    }
    // Of those who meet, one has committed. The longer it goes on, the more there are, and the longer each stands back.
    await wait(pauseMs * attempt);
  }
}

function tooManyConflicts(last: FlightdeckError): FlightdeckError {
  return new FlightdeckError(
    'REGISTRY_CONFLICT',
    `${last.message} ${maximumAttempts} attempts have met others: something writes without a pause.`,
    { cause: last, retryable: true },
  );
}
