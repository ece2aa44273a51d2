// DuckDB, in memory, over Parquet files: the engine below ingestion and the offline features. One instance per process;
// what does not fit its memory limit spills to a temporary folder, so the size of a dataset never decides the size of a process.

import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, DuckDBTypeId, type Json } from '@duckdb/node-api';
import { asStateError, FlightdeckError, messageOf, replaceAtomic } from '@flightdeck/core';

export interface Database {
  /** Runs one or more statements and forgets their result. */
  run(sql: string): Promise<void>;
  /** The rows of a small result as objects. For large results, use `columns`. */
  rows(sql: string): Promise<Record<string, Json>[]>;
  /** The columns of a result of any size as typed arrays, without an object per row. */
  columns(sql: string): Promise<Columns>;
  /** Writes a query's result to a Parquet file, which appears whole or not at all. */
  writeParquet(sql: string, path: string): Promise<void>;
  close(): Promise<void>;
}

/** One typed array per numeric column, all of the same length. NULL in a floating-point column is NaN. */
export type Columns = Readonly<Record<string, Float32Array | Float64Array | Int32Array>>;

export async function openDatabase(options: { memoryLimit?: string } = {}): Promise<Database> {
  const spill = await mkdtemp(join(tmpdir(), 'flightdeck-duckdb-'));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: options.memoryLimit ?? '1400MB',
    threads: String(availableParallelism()),
    temp_directory: spill,
    // Order is kept by explicit ORDER BY where it matters; giving it up elsewhere lets DuckDB stream.
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();

  const database: Database = {
    run: (sql) => explained(async () => void (await connection.run(sql))),
    rows: (sql) => explained(async () => (await connection.runAndReadAll(sql)).getRowObjectsJson()),
    columns: (sql) => explained(() => readColumns(connection, sql)),
    writeParquet: (sql, path) =>
      explained(() =>
        replaceAtomic(path, async (temporary) => {
          await connection.run(`copy (${sql}) to ${literal(temporary)} (format parquet, compression zstd)`);
        }),
      ),
    async close() {
      connection.closeSync();
      instance.closeSync();
      await rm(spill, { recursive: true, force: true });
    },
  };
  return database;
}

/** A string as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function explained<Result>(action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof FlightdeckError) throw error;
    if (/Out of Memory/.test(messageOf(error))) {
      throw new FlightdeckError(
        'OUT_OF_MEMORY',
        'DuckDB ran out of memory and of space to spill. Free memory or disk, or use fewer rows (`--rows`).',
        { cause: error, retryable: true },
      );
    }
    throw asStateError(error, "DuckDB's temporary files");
  }
}

type NumericArray = Float32Array | Float64Array | Int32Array;

/** Chunks arrive 2,048 rows at a time and are copied into typed arrays at once, so that nothing larger than a chunk is ever boxed. */
async function readColumns(connection: DuckDBConnection, sql: string): Promise<Columns> {
  const result = await connection.stream(sql);
  const names = result.columnNames();
  const kinds = names.map((name, column) => arrayKind(name, result.columnTypeId(column)));
  const parts = names.map((): NumericArray[] => []);
  for (
    let chunk = await result.fetchChunk();
    chunk && chunk.rowCount > 0;
    chunk = await result.fetchChunk()
  ) {
    for (let column = 0; column < names.length; column++) {
      const values = new kinds[column]!(chunk.rowCount);
      const vector = chunk.getColumnVector(column);
      for (let row = 0; row < values.length; row++)
        values[row] = (vector.getItem(row) as number | null) ?? Number.NaN;
      parts[column]!.push(values);
    }
  }
  return Object.fromEntries(names.map((name, column) => [name, concatenate(kinds[column]!, parts[column]!)]));
}

type ArrayKind = new (length: number) => NumericArray;

function arrayKind(name: string, type: DuckDBTypeId): ArrayKind {
  if (type === DuckDBTypeId.FLOAT) return Float32Array;
  if (type === DuckDBTypeId.DOUBLE) return Float64Array;
  if (type === DuckDBTypeId.INTEGER) return Int32Array;
  throw new TypeError(
    `Column ${name} is ${DuckDBTypeId[type]}, not FLOAT, DOUBLE or INTEGER: cast it in the query.`,
  );
}

function concatenate(Kind: ArrayKind, parts: readonly NumericArray[]): NumericArray {
  const whole = new Kind(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
