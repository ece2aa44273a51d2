// Whole tables, as a copy of a registry needs them: in the order in which their rows may refer to each other, row by row by key.

import { canonicalJson, FlightdeckError, sha256 } from '@flightdeck/core';
import type { Database, Tables } from './tables.ts';

type Row = Readonly<Record<string, unknown>>;

/** All tables but the migrations' own and the guard, which says nothing. */
const keys = {
  runs: ['id'],
  run_metrics: ['run_id', 'name', 'step'],
  versions: ['model', 'version'],
  alias_transitions: ['id'],
  endpoints: ['name'],
  decisions: ['id'],
  reports: ['endpoint', 'model', 'version', 'window_from', 'window_until'],
  rollouts: ['id'],
  experiments: ['id'],
} as const satisfies Partial<Record<keyof Tables, readonly string[]>>;

export type CopiedTable = keyof typeof keys;

export const copiedTables = Object.keys(keys) as readonly CopiedTable[];

export interface TableDigest {
  readonly table: CopiedTable;
  readonly rows: number;
  /** Of all rows in the order of their keys: equal where the tables are. */
  readonly sha256: string;
}

/** A statement of so many rows stays within every database's limit of parameters. */
const rowsPerStatement = 500;

/**
 * The rows of `from` that `to`, called `title`, lacks. REGISTRY_NOT_EMPTY where it has one that `from` has not, or has differently:
 * then it is no earlier copy, and nobody can say which of the two is right.
 */
export async function missingRows(
  table: CopiedTable,
  from: Database,
  to: Database,
  title: string,
): Promise<readonly Row[]> {
  const missing = new Map((await rowsOf(from, table)).map((row) => [keyOf(table, row), row]));
  for (const row of await rowsOf(to, table)) {
    const key = keyOf(table, row);
    const same = missing.get(key);
    if (same === undefined || canonicalJson(same) !== canonicalJson(row)) throw notEmpty(table, key, title);
    missing.delete(key);
  }
  return [...missing.values()];
}

/** In the order of their keys, so that a row of a log comes after those it refers to. */
export async function addRows(table: CopiedTable, rows: readonly Row[], to: Database): Promise<void> {
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const some = rows.slice(start, start + rowsPerStatement);
    await to
      .insertInto(table)
      .values(some as never)
      .execute();
  }
}

export async function digestOf(table: CopiedTable, db: Database): Promise<TableDigest> {
  const rows = await rowsOf(db, table);
  return { table, rows: rows.length, sha256: sha256(rows.map((row) => canonicalJson(row)).join('\n')) };
}

async function rowsOf(db: Database, table: CopiedTable): Promise<readonly Row[]> {
  let query = db.selectFrom(table).selectAll();
  for (const column of keys[table]) query = query.orderBy(column as never);
  // node:sqlite gives objects without a prototype.
  return (await query.execute()).map((row) => ({ ...row }));
}

function keyOf(table: CopiedTable, row: Row): string {
  return keys[table].map((column) => String(row[column])).join(' ');
}

function notEmpty(table: CopiedTable, key: string, title: string): FlightdeckError {
  return new FlightdeckError(
    'REGISTRY_NOT_EMPTY',
    `${title} is no earlier copy of this registry: its row "${key}" of ${table} is not here, or is another one. ` +
      'Name an empty place, or empty that one.',
  );
}
