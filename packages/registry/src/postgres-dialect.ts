// The registry in a PostgreSQL that several hosts share: Kysely on `pg`.

import { FlightdeckError } from '@flightdeck/core';
import {
  CompiledQuery,
  type DatabaseConnection,
  type DataTypeNode,
  type Driver,
  type Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  sql,
} from 'kysely';
import pg from 'pg';
import type { Engine } from './engine.ts';
import { asDatabaseError } from './postgres-errors.ts';
import { channel, watchPostgres } from './postgres-watch.ts';

/** A process does one or two things at a time with the registry, and a server grants some 100 connections to all. */
const maximumConnections = 4;
const connectWithinMs = 5_000;
/** As long as SQLite waits for its lock. */
const lockTimeoutMs = 5_000;
/** No statement of the registry takes a second; what takes this long has lost its server. */
const statementTimeoutMs = 30_000;
/** A host that vanished within a transaction leaves its locks behind for so long. */
const idleTransactionMs = 60_000;

/** Bytes and counts stay far below 2^53; `pg` would give text, since a bigint may be larger. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format),
};

/** An engine over the database at `url`. DATABASE_URL_INVALID, which does not repeat it: it may hold a password. */
export function postgresEngine(url: string): Engine {
  const title = titleOf(url);
  const config: pg.PoolConfig = {
    connectionString: url,
    application_name: 'flightdeck-registry',
    connectionTimeoutMillis: connectWithinMs,
    keepAlive: true,
  };
  return {
    dialect: {
      createDriver: () => postgresDriver(config, title),
      createAdapter: () => new TransactionLockAdapter(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new ByteOrderCompiler(),
    },
    title,
    appendOnly: appendOnlyStatements,
    announce: announceStatements,
    watch: (onChange) => watchPostgres(config, onChange),
  };
}

function titleOf(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.pathname.length < 2) {
    throw new FlightdeckError(
      'DATABASE_URL_INVALID',
      'DATABASE_URL must be postgres://user:password@host:port/database, with %23 for # and the like in the password. ' +
        'Correct it, or unset it: then the registry is a SQLite file below FLIGHTDECK_HOME.',
    );
  }
  const user = url.username && `${url.username}@`;
  return `postgres://${user}${url.host || (url.searchParams.get('host') ?? '')}${url.pathname}`;
}

/** Statements that make a table append-only for everybody but its owner, who could drop the triggers. */
function appendOnlyStatements(table: string): readonly string[] {
  const refuse = (name: string, event: string, scope: string) =>
    `create trigger ${table}_no_${name} before ${event} on ${table} for each ${scope} execute function refuse_change()`;
  return [
    `create or replace function refuse_change() returns trigger language plpgsql as
     $$ begin raise exception '% is append-only', tg_table_name; end $$`,
    refuse('change', 'update or delete', 'row'),
    refuse('truncate', 'truncate', 'statement'),
  ];
}

function announceStatements(table: string): readonly string[] {
  return [
    `create or replace function announce_change() returns trigger language plpgsql as
     $$ begin perform pg_notify('${channel}', ''); return null; end $$`,
    `create trigger ${table}_announced after insert or update or delete on ${table}
     for each statement execute function announce_change()`,
  ];
}

/** Kysely's own lock belongs to the session, and would be free before the transaction around the migration has committed. */
class TransactionLockAdapter extends PostgresAdapter {
  // biome-ignore lint/suspicious/noExplicitAny: Kysely's own signature
  override async acquireMigrationLock(db: Kysely<any>): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtext('flightdeck registry'))`.execute(db);
  }
  override async releaseMigrationLock(): Promise<void> {}
}

/** Text in the order of its bytes, as in SQLite, whatever language the database was made for. */
class ByteOrderCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    if (node.dataType === 'text') this.append(' collate "C"');
  }
}

interface PooledConnection extends DatabaseConnection {
  release(): void;
}

function postgresDriver(config: pg.PoolConfig, title: string): Driver {
  const pool = new pg.Pool({
    ...config,
    types,
    max: maximumConnections,
    lock_timeout: lockTimeoutMs,
    statement_timeout: statementTimeoutMs,
    // A server that is gone without a word does not keep its own limit.
    query_timeout: statementTimeoutMs + connectWithinMs,
    idle_in_transaction_session_timeout: idleTransactionMs,
  });
  // A connection that breaks while nobody uses it is replaced at the next call; unheard, its error would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const run = (connection: DatabaseConnection, statement: string) =>
    connection.executeQuery(CompiledQuery.raw(statement));
  return {
    async init() {},
    async acquireConnection() {
      try {
        return connectionOver(await pool.connect(), title);
      } catch (error) {
        throw asDatabaseError(error, title);
      }
    },
    releaseConnection: async (connection) => (connection as PooledConnection).release(),
    async beginTransaction(connection, { isolationLevel = 'read committed' }) {
      await run(connection, `start transaction isolation level ${isolationLevel}`);
    },
    async commitTransaction(connection) {
      await run(connection, 'commit');
    },
    async rollbackTransaction(connection) {
      // A connection that is gone has taken its transaction along; a second error would hide the reason.
      await run(connection, 'rollback').catch(() => {});
    },
    destroy: () => pool.end(),
  };
}

function connectionOver(client: pg.PoolClient, title: string): PooledConnection {
  let isBroken = false;
  let failure: unknown;
  return {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      try {
        const { rows, rowCount, command } = await client.query(query.sql, [...query.parameters]);
        // PostgreSQL ends a transaction in which a statement has failed like this, and calls it no error.
        if (query.sql === 'commit' && command === 'ROLLBACK')
          throw new Error('A failed transaction was committed.');
        const isWrite = ['INSERT', 'UPDATE', 'DELETE'].includes(command);
        return { rows, ...(isWrite && { numAffectedRows: BigInt(rowCount ?? 0) }) };
      } catch (error) {
        // 25P02: an earlier statement of the transaction has failed, and somebody went on. That one's error is the reason.
        const explained =
          (error as { code?: unknown }).code === '25P02' && failure ? failure : asDatabaseError(error, title);
        failure ??= explained;
        isBroken ||= explained instanceof FlightdeckError && explained.code === 'REGISTRY_UNREACHABLE';
        throw explained;
      }
    },
    streamQuery() {
      throw new Error('The registry reads whole results: nothing in it is large enough to stream.');
    },
    release: () => client.release(isBroken),
  };
}
