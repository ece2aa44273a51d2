// The registry's schema, step by step. A published migration is never edited: add one with a later name.

import { FlightdeckError } from '@flightdeck/core';
import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Engine } from './engine.ts';
import type { Database, Tables } from './tables.ts';

/**
 * Brings the database up to this checkout's schema. REGISTRY_NEWER where a newer kit has been at it. One transaction holds
 * a lock over the look and the change, so that of several processes that open a fresh registry one migrates and the
 * others find it done.
 */
export async function migrate(db: Database, engine: Engine): Promise<void> {
  const migrations = migrationsWith(engine);
  // Looking first spares every later start the lock.
  if (await isUpToDate(db, engine.title, migrations)) return;
  await db.transaction().execute(async (transaction) => {
    const lock = { lockTable: 'kysely_migration_lock', lockRowId: 'migration_lock' };
    await transaction.getExecutor().adapter.acquireMigrationLock(transaction, lock);
    if (await isUpToDate(transaction, engine.title, migrations)) return;
    const migrator = new Migrator({ db: transaction, provider: { getMigrations: async () => migrations } });
    const { error } = await migrator.migrateToLatest();
    if (error) throw error;
  });
}

async function isUpToDate(db: Database, title: string, migrations: Record<string, Migration>) {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return false;
  const applied = (await db.selectFrom('kysely_migration').select('name').execute()).map((row) => row.name);
  const unknown = applied.find((name) => !(name in migrations));
  if (unknown) {
    throw new FlightdeckError(
      'REGISTRY_NEWER',
      `${title} was made by a newer Flightdeck (it has the migration ${unknown}). ` +
        'Update this checkout, or point FLIGHTDECK_HOME (or DATABASE_URL) to another place.',
    );
  }
  return applied.length === Object.keys(migrations).length;
}

function migrationsWith(engine: Engine): Record<string, Migration> {
  const { appendOnly } = engine;
  return {
    '0001-runs': { up: createRuns },
    '0002-versions': { up: createVersions },
    '0003-aliases': { up: (db) => createAliases(db, appendOnly) },
    '0004-endpoints': { up: createEndpoints },
    '0005-splits': { up: addSplits },
    '0006-loop': { up: (db) => createLoop(db, appendOnly) },
    '0007-hosts': { up: (db) => prepareForHosts(db, engine) },
    '0008-lists': { up: indexLists },
  };
}

async function createRuns(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('runs')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('parameters', 'text', (column) => column.notNull())
    .addColumn('lineage', 'text', (column) => column.notNull())
    .addColumn('metrics', 'text', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('started_at', 'text', (column) => column.notNull())
    .addColumn('finished_at', 'text')
    .execute();
  await db.schema.createIndex('runs_by_model').on('runs').columns(['model', 'started_at']).execute();
  await db.schema
    .createTable('run_metrics')
    .addColumn('run_id', 'text', (column) => column.notNull().references('runs.id'))
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('step', 'integer', (column) => column.notNull())
    .addColumn('value', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_metrics_key', ['run_id', 'name', 'step'])
    .execute();
}

async function createVersions(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('versions')
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('digest', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull().references('runs.id'))
    .addColumn('metrics', 'text', (column) => column.notNull())
    .addColumn('gate', 'text', (column) => column.notNull())
    .addColumn('files', 'text', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('deleted_at', 'text')
    .addPrimaryKeyConstraint('versions_key', ['model', 'version'])
    .execute();
  // The same content is registered once; content that was collected as garbage may come back under a new number.
  await db.schema
    .createIndex('versions_by_digest')
    .unique()
    .on('versions')
    .columns(['model', 'digest'])
    .where(sql.ref('deleted_at'), 'is', null)
    .execute();
}

async function createAliases(db: Kysely<Tables>, appendOnly: Engine['appendOnly']): Promise<void> {
  await db.schema
    .createTable('alias_transitions')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('alias', 'text', (column) => column.notNull())
    .addColumn('from_version', 'integer')
    .addColumn('to_version', 'integer', (column) => column.notNull())
    .addColumn('restores', 'integer', (column) => column.references('alias_transitions.id'))
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('evidence', 'text')
    .addForeignKeyConstraint('alias_to_version', ['model', 'to_version'], 'versions', ['model', 'version'])
    .execute();
  await db.schema
    .createIndex('alias_transitions_by_alias')
    .on('alias_transitions')
    .columns(['model', 'alias', 'id'])
    .execute();
  for (const statement of appendOnly('alias_transitions')) await sql.raw(statement).execute(db);
}

async function createEndpoints(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('endpoints')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('traffic', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
}

async function addSplits(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .alterTable('endpoints')
    .addColumn('shadows', 'text', (column) => column.notNull().defaultTo('[]'))
    .execute();
  await db.schema
    .alterTable('endpoints')
    .addColumn('salt', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
}

async function createLoop(db: Kysely<Tables>, appendOnly: Engine['appendOnly']): Promise<void> {
  await db.schema
    .createTable('decisions')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('evidence', 'text')
    .execute();
  await db.schema.createIndex('decisions_by_model').on('decisions').columns(['model', 'id']).execute();
  for (const statement of appendOnly('decisions')) await sql.raw(statement).execute(db);
  await db.schema
    .createTable('reports')
    .addColumn('endpoint', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('window_from', 'text', (column) => column.notNull())
    .addColumn('window_until', 'text', (column) => column.notNull())
    .addColumn('verdict', 'text', (column) => column.notNull())
    .addColumn('made_at', 'text', (column) => column.notNull())
    .addColumn('content', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('reports_key', ['endpoint', 'model', 'version', 'window_from', 'window_until'])
    .execute();
  for (const table of ['rollouts', 'experiments'] as const) {
    await db.schema
      .createTable(table)
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('endpoint', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('content', 'text', (column) => column.notNull())
      .addColumn('created_at', 'text', (column) => column.notNull())
      .addColumn('updated_at', 'text', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex(`${table}_by_endpoint`)
      .on(table)
      .columns(['endpoint', 'created_at'])
      .execute();
    // Two rollouts of one endpoint would undo each other's steps.
    await db.schema
      .createIndex(`${table}_running`)
      .unique()
      .on(table)
      .column('endpoint')
      .where(sql.ref('status'), '=', 'running')
      .execute();
  }
}

/** What processes on several hosts need that a lock on one file gave them before. */
async function prepareForHosts(db: Kysely<Tables>, { announce }: Engine): Promise<void> {
  await db.schema
    .createTable('blob_guard')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('turn', 'integer', (column) => column.notNull())
    .execute();
  await db.insertInto('blob_guard').values({ id: 1, turn: 0 }).execute();
  // All that serving converges on.
  for (const statement of ['versions', 'alias_transitions', 'endpoints'].flatMap(announce))
    await sql.raw(statement).execute(db);
}

/** Lists show the latest few, and must not sort ten thousand rows for that. */
async function indexLists(db: Kysely<Tables>): Promise<void> {
  await db.schema.createIndex('runs_by_start').on('runs').columns(['started_at']).execute();
  await db.schema.createIndex('versions_by_run').on('versions').columns(['run_id']).execute();
  await db.schema
    .createIndex('reports_by_window')
    .on('reports')
    .columns(['endpoint', 'window_until'])
    .execute();
}
