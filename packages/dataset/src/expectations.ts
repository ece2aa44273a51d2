// Expectations: what must hold of the rows, declared as data. Those about single rows compile to a query for the ids that break
// them; those about the whole table compile to a query for one number and a bound.

import { identifier, literal } from './duckdb.ts';

/** `quarantine` sets the row aside with the reason; `warn` only reports; `stop` ends ingestion. */
export type Severity = 'quarantine' | 'warn' | 'stop';

export type Expectation =
  | { readonly kind: 'not-null'; readonly severity: Severity; readonly columns: readonly string[] }
  | {
      readonly kind: 'range';
      readonly severity: Severity;
      readonly column: string;
      readonly minimum?: number | string;
      readonly maximum?: number | string;
    }
  /** The first of several rows with equal values in `columns` is kept. */
  | { readonly kind: 'unique'; readonly severity: Severity; readonly columns: readonly string[] }
  /** An SQL condition over one row; NULL counts as broken. */
  | { readonly kind: 'rule'; readonly severity: Severity; readonly name: string; readonly holds: string }
  /** Rows that only the whole table can convict: an SQL query over `rows` that gives their ids. */
  | { readonly kind: 'rows'; readonly severity: Severity; readonly name: string; readonly broken: string }
  /** In file order the column never goes back. */
  | { readonly kind: 'monotone'; readonly severity: 'warn' | 'stop'; readonly column: string }
  /** At most this share of the column's values is first seen after `days` days: more, and the world or the file has changed. */
  | {
      readonly kind: 'category-growth';
      readonly severity: 'warn' | 'stop';
      readonly column: string;
      readonly days: number;
      readonly maximumShare: number;
    };

/** A sentence-like name that is stable: it is the reason in the quarantine file. */
export function nameOf(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'not-null':
      return `${expectation.columns.join(', ')} not null`;
    case 'range':
      return `${expectation.column} in [${expectation.minimum ?? '-inf'}, ${expectation.maximum ?? 'inf'}]`;
    case 'unique':
      return `unique by ${expectation.columns.join(', ')}`;
    case 'rule':
    case 'rows':
      return expectation.name;
    case 'monotone':
      return `${expectation.column} monotone in file order`;
    case 'category-growth':
      return `${expectation.column}: at most ${expectation.maximumShare * 100} % new after ${expectation.days} days`;
  }
}

/** A query over the table `rows` for the column `id` of every row that breaks the expectation. */
export function brokenRows(expectation: Expectation): string {
  switch (expectation.kind) {
    case 'not-null':
      return `select id from rows where ${expectation.columns.map((name) => `${identifier(name)} is null`).join(' or ')}`;
    case 'range':
      return `select id from rows where ${outside(expectation)}`;
    case 'unique': {
      const columns = expectation.columns.map(identifier).join(', ');
      // Grouping first is far cheaper than ranking every row: few groups have more than one.
      return `select id from rows semi join (select ${columns} from rows group by all having count(*) > 1) using (${columns})
        qualify row_number() over (partition by ${columns} order by id) > 1`;
    }
    case 'rule':
      return `select id from rows where not coalesce(${expectation.holds}, false)`;
    case 'rows':
      return expectation.broken;
    case 'monotone': {
      const column = identifier(expectation.column);
      return `select id from rows qualify ${column} < lag(${column}) over (order by id)`;
    }
    case 'category-growth':
      return lateCategories(expectation);
  }
}

/** One row per category that is first seen late, and so counts against the allowed share. */
function lateCategories({ column, days }: Expectation & { kind: 'category-growth' }): string {
  return `select min(id) as id from rows group by ${identifier(column)}
    having min(time) >= (select min(time) from rows) + ${days * 1440}`;
}

function outside({ column, minimum, maximum }: Expectation & { kind: 'range' }): string {
  const name = identifier(column);
  const bound = (value: number | string) => (typeof value === 'string' ? literal(value) : String(value));
  const sides = [
    ...(minimum === undefined ? [] : [`${name} < ${bound(minimum)}`]),
    ...(maximum === undefined ? [] : [`${name} > ${bound(maximum)}`]),
  ];
  return sides.join(' or ');
}

/** How many broken rows (or late categories) an expectation tolerates. */
export function tolerated(expectation: Expectation): string {
  return expectation.kind === 'category-growth'
    ? `(select floor(count(distinct ${identifier(expectation.column)}) * ${expectation.maximumShare}) from rows)`
    : '0';
}
