// A part of the feature table in memory: one typed array a column, never an object a row.

import { type Database, identifier } from '@flightdeck/dataset';
import type { FeatureView } from '@flightdeck/features';

export interface FeatureColumns {
  readonly rows: number;
  readonly ids: Int32Array;
  /** Whole minutes since 1970 UTC. */
  readonly times: Int32Array;
  readonly labels: Uint8Array;
  /** NaN where the value is missing. */
  readonly numbers: Readonly<Record<string, Float32Array>>;
  readonly categories: Readonly<Record<string, CategoryColumn>>;
}

export interface CategoryColumn {
  /** Every name of the whole table, in order of the alphabet. */
  readonly names: readonly string[];
  /** Per row the index of its name; -1 where it is missing. */
  readonly indices: Int32Array;
}

/** Reads the rows of `table` that meet `where`, in order of their id. Memory: 4 bytes a value. */
export async function readFeatureColumns(
  database: Database,
  view: FeatureView,
  table: string,
  where: string,
): Promise<FeatureColumns> {
  const features = Object.entries(view.features);
  const numbers = features.filter(([, feature]) => feature.kind !== 'category').map(([name]) => name);
  const categories = features.filter(([, feature]) => feature.kind === 'category').map(([name]) => name);
  const names = await Promise.all(categories.map((name) => declareNames(database, table, name)));
  const indices = categories.map(
    (name) =>
      `coalesce(enum_code(${identifier(name)}::${namesType(name)}), -1)::integer as ${identifier(name)}`,
  );
  const columns = await database.columns(
    `select id, time, label, ${[...numbers.map(identifier), ...indices].join(', ')} from ${table} where ${where} order by id`,
  );
  return {
    rows: columns.id!.length,
    ids: columns.id as Int32Array,
    times: columns.time as Int32Array,
    labels: Uint8Array.from(columns.label as Int32Array),
    numbers: Object.fromEntries(numbers.map((name) => [name, columns[name] as Float32Array])),
    categories: Object.fromEntries(
      categories.map((name, index) => [name, { names: names[index]!, indices: columns[name] as Int32Array }]),
    ),
  };
}

/** An ENUM turns each name into its index inside DuckDB, so that no string per row crosses into JavaScript. */
async function declareNames(database: Database, table: string, column: string): Promise<string[]> {
  const type = namesType(column);
  await database.run(`drop type if exists ${type}; create type ${type} as enum (
    select distinct ${identifier(column)} from ${table} where ${identifier(column)} is not null order by 1)`);
  const [row] = await database.rows(`select enum_range(null::${type}) as names`);
  return row!.names as string[];
}

function namesType(column: string): string {
  return identifier(`names of ${column}`);
}
