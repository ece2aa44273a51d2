// The registry in one file, shared by all processes of a host: Kysely on node:sqlite.

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { asStateError, FlightdeckError } from '@flightdeck/core';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Engine } from './engine.ts';
import { asDatabaseError } from './sqlite-errors.ts';
import { watchSqlite } from './sqlite-watch.ts';

const busyTimeoutMs = 5_000;
const busyPollMs = 5;

/** Write-ahead log: readers never wait. synchronous = full: what was committed survives a power cut. */
const pragmas = ['pragma journal_mode = wal', 'pragma synchronous = full'];

/** An engine over the file at `path`, which is made with its folder where it is missing. One connection a process. */
export function sqliteEngine(path: string): Engine {
  return {
    dialect: {
      createDriver: () => sqliteDriver(path),
      createAdapter: () => new TransactionalDdlAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
    title: path,
    appendOnly: appendOnlyStatements,
    announce: () => [],
    watch: (onChange) => watchSqlite(path, onChange),
  };
}

function appendOnlyStatements(table: string): readonly string[] {
  const refuse = (event: string, condition = '') =>
    `create trigger ${table}_no_${event} before ${event} on ${table} ${condition}
     begin select raise(abort, '${table} is append-only'); end`;
  return [
    refuse('update'),
    refuse('delete'),
    // "insert or replace" deletes the old row without firing the delete trigger.
    refuse('insert', `when exists (select 1 from ${table} where id = new.id)`),
  ];
}

/** SQLite can roll back `create table`, though Kysely's adapter says that it cannot. Migrations rely on it. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/**
 * Transactions begin immediate, that is with the write lock: a deferred one that reads first and writes later fails when
 * another process wrote in between. So they are serial, whatever isolation level is asked for.
 */
function sqliteDriver(path: string): Driver {
  let database: DatabaseSync;
  let connection: DatabaseConnection;
  const run = (statement: string) => connection.executeQuery(CompiledQuery.raw(statement));
  return {
    async init() {
      await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
        throw asStateError(error, path);
      });
      database = openDatabase(path);
      connection = connectionTo(database, path);
      try {
        for (const pragma of pragmas) await run(pragma);
      } catch (error) {
        // Kysely destroys only what was initialised.
        database.close();
        throw error;
      }
    },
    acquireConnection: async () => connection,
    releaseConnection: async () => {},
    async beginTransaction() {
      await run('begin immediate');
    },
    async commitTransaction() {
      await run('commit');
    },
    async rollbackTransaction() {
      // A full disk makes SQLite roll back by itself; a second rollback would fail and hide the reason.
      if (database.isTransaction) await run('rollback');
    },
    destroy: async () => database.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { enableForeignKeyConstraints: true });
  } catch (error) {
    throw asDatabaseError(error, path);
  }
}

function connectionTo(database: DatabaseSync, path: string): DatabaseConnection {
  return {
    executeQuery: <Row>(query: CompiledQuery) => whenFree(() => execute<Row>(database, path, query)),
    streamQuery() {
      throw new Error('The registry reads whole results: nothing in it is large enough to stream.');
    },
  };
}

/**
 * Tries again while another process holds the lock, up to the busy timeout. SQLite's own busy handler would put the whole
 * thread to sleep instead, and with it a server's event loop.
 */
async function whenFree<Result>(attempt: () => Result): Promise<Result> {
  for (let waited = 0; ; waited += busyPollMs) {
    try {
      return attempt();
    } catch (error) {
      const isBusy = error instanceof FlightdeckError && error.code === 'REGISTRY_BUSY';
      if (!isBusy || waited >= busyTimeoutMs) throw error;
    }
    await wait(busyPollMs);
  }
}

function execute<Row>(database: DatabaseSync, path: string, query: CompiledQuery): QueryResult<Row> {
  const parameters = query.parameters as readonly SQLInputValue[];
  try {
    const statement = database.prepare(query.sql);
    // Only a statement that yields rows has columns.
    if (statement.columns().length > 0) return { rows: statement.all(...parameters) as Row[] };
    return { rows: [], numAffectedRows: BigInt(statement.run(...parameters).changes) };
  } catch (error) {
    throw asDatabaseError(error, path);
  }
}
