// The offline engine: compiles a feature view to point-in-time SQL and runs it over all rows of a dataset, for any subset of them.
//
// A window sum is a difference of two running totals: events before the window's end less events before its beginning. So each
// stream becomes one table of running totals, and each window two ASOF joins into it, which DuckDB answers by sorting both sides once.
// That is several times faster than a RANGE frame, and "strictly before" is one comparison that a reader can check.

import { type Database, identifier as quoted } from '@flightdeck/dataset';
import type { Derived, FeatureView } from './definition.ts';
import { type Lookup, type Plan, planOf, type Stream } from './plan.ts';
import { profileTable } from './profiles.ts';
import { featureExpression, sumColumn } from './projection.ts';
import { firstSnapshotAfter, lastSnapshot } from './snapshots.ts';

export interface FeatureTableRequest {
  /** A table or Parquet scan of the whole dataset: every row is an event for others. Columns `id`, `time`, and what the view names. */
  readonly from: string;
  /** The rows to compute features for: an SQL condition. */
  readonly where: string;
  /** Columns of the dataset to carry along unchanged. */
  readonly keep: readonly string[];
  /** Name of the table to make. */
  readonly into: string;
}

/**
 * Makes a table with one row per wanted row: `id`, `time`, the kept columns, every feature (numbers as FLOAT, categories as VARCHAR) and
 * `label` (INTEGER, 0 or 1). What is not yet computable is NULL. Features of a row depend on nothing that happens at or after its `time`.
 */
export async function buildFeatureTable(
  database: Database,
  view: FeatureView,
  request: FeatureTableRequest,
): Promise<void> {
  const plan = planOf(view);
  for (const statement of eventTables(view, plan, request)) await database.run(statement);
  for (const stream of plan.streams) {
    await database.run(totalsTable(view, stream));
    for (const lookup of plan.lookups.filter((lookup) => lookup.stream.name === stream.name)) {
      await database.run(lookupTable(view, lookup));
    }
    await database.run(`drop table ${quoted(stream.name)}`);
  }
  for (const profile of plan.profiles) await database.run(profileTable(view, profile));
  await database.run(featureTable(view, plan, request));
  const made = ['happened', 'wanted', ...[...plan.lookups, ...plan.profiles].map(({ name }) => name)];
  await database.run(made.map((table) => `drop table ${quoted(table)};`).join(' '));
}

/** `happened`: every row as far as it is an event, small and typed. `wanted`: the rows to be predicted. */
function eventTables(view: FeatureView, plan: Plan, { from, where, keep }: FeatureTableRequest): string[] {
  const entities = Object.entries(view.entities);
  const enumerations = entities.map(
    ([entity, columns]) => `drop type if exists ${quoted(entity)}; create type ${quoted(entity)} as enum (
      ${columns.map((column) => `select distinct ${quoted(column)} from ${from}`).join(' union ')} order by 1)`,
  );
  // Names become small integers by the ENUM, which halves the cost of every sort below.
  const names = entities.flatMap(([entity, columns]) =>
    columns.map((column) => `${quoted(column)}::${quoted(entity)} as ${quoted(column)}`),
  );
  const derived = Object.entries(view.derived).map(
    ([name, rule]) => `(${derivedExpression(rule)})::integer as ${quoted(name)}`,
  );
  const moments = Object.values(view.events).map((event) => event.at);
  const numbers = Object.values(view.features).flatMap((feature) =>
    feature.kind === 'number' ? [feature.column] : [],
  );
  const own = plan.profiles.flatMap(({ tallies }) => tallies.map((tally) => tally.own));
  const positions = Object.values(view.events).flatMap((event) => event.positions ?? []);
  const present = new Set(['id', 'time', ...Object.keys(view.derived)]);
  const others = (columns: readonly string[]) =>
    [...new Set(columns)].filter((name) => !present.has(name)).map(quoted);
  return [
    ...enumerations,
    `create or replace table wanted as
      select ${['id', 'time', ...others([...numbers, ...own, ...keep]), ...names, ...derived].join(', ')} from ${from} where ${where}`,
    `create or replace table happened as
      select ${['time', ...others([...moments, ...positions]), ...names, ...derived].join(', ')} from ${from} where time < (select max(time) from wanted)`,
  ];
}

/** A derived column as SQL. */
function derivedExpression(rule: Derived): string {
  const column = quoted(rule.column);
  switch (rule.kind) {
    case 'bucket':
      return `floor(${column} / ${rule.size})`;
    case 'exceeds':
      return `${column} > ${rule.threshold}`;
    case 'clip':
      return `greatest(${rule.minimum}, least(${rule.maximum}, ${column}))`;
    case 'difference':
      return `${column} - ${quoted(rule.less)}`;
  }
}

/**
 * Running totals per key and moment. First one row per moment, then sums over all moments up to it. Sums are DOUBLE: exact for
 * integers below 2^53, and twice as fast as DuckDB's 128-bit sums of integers.
 */
function totalsTable(view: FeatureView, stream: Stream): string {
  const event = view.events[stream.event]!;
  const keys = stream.keys.map(quoted);
  const moment = stream.snapshot ? firstSnapshotAfter(quoted(event.at), stream.snapshot) : quoted(event.at);
  const sums = [
    'count(*)::double as n',
    ...event.values.map((value) => `sum(${quoted(value)}::double) as ${quoted(value)}`),
  ];
  const totals = ['n', ...event.values].map(
    (value) => `sum(${quoted(value)}) over running as ${quoted(value)}`,
  );
  return `create or replace table ${quoted(stream.name)} as
    select ${[...keys, 'moment', ...totals].join(', ')}
    from (select ${[...keys, `${moment} as moment`, ...sums].join(', ')} from happened group by all)
    window running as (${keys.length > 0 ? `partition by ${keys.join(', ')}` : ''} order by moment)`;
}

/** What happened in each window that ends at the moment of each wanted row: whole numbers, by one ASOF join per end of a window. */
function lookupTable(view: FeatureView, lookup: Lookup): string {
  const { stream, ages } = lookup;
  const values = ['n', ...view.events[stream.event]!.values];
  const keys = keysOf(lookup);
  // A snapshot's totals hold only what happened before it, so they may be read at the snapshot itself.
  const before = stream.snapshot ? '>=' : '>';
  const joins = [0, ...ages].map((age, index) => {
    const on = stream.keys.map((key, k) => `asked.${quoted(lookup.by[k]!)} = t${index}.${quoted(key)}`);
    return `asof left join ${quoted(stream.name)} as t${index} on ${[...on, `asked.moment - ${age} ${before} t${index}.moment`].join(' and ')}`;
  });
  const total = (index: number, value: string) => `coalesce(t${index}.${quoted(value)}, 0)`;
  const sums = ages.flatMap((age, index) =>
    values.map(
      (value) =>
        `(${total(0, value)} - ${total(index + 1, value)})::integer as ${quoted(sumColumn(value, age))}`,
    ),
  );
  return `create or replace table ${quoted(lookup.name)} as
    select ${[...keys.map((key) => `asked.${key}`), `${total(0, 'n')}::integer as ${quoted(sumColumn('n', 'ever'))}`, ...sums].join(', ')}
    from (${askedRows(lookup)}) as asked ${joins.join(' ')}`;
}

/** Rows that share a key and a snapshot share their sums, so those are looked up once; without a snapshot, each row asks for itself. */
function askedRows({ stream, by }: Lookup): string {
  const columns = by.map(quoted);
  return isShared(stream)
    ? `select distinct ${[...columns, `${momentOf(stream)} as moment`].join(', ')} from wanted`
    : `select ${['id', ...columns, 'time as moment'].join(', ')} from wanted`;
}

function keysOf({ stream, by }: Lookup): string[] {
  return isShared(stream) ? [...by.map(quoted), 'moment'] : ['id'];
}

function isShared(stream: Stream): boolean {
  return stream.snapshot !== undefined || stream.keys.length === 0;
}

/** Joins the lookups to the wanted rows and works each feature out of them. */
function featureTable(view: FeatureView, plan: Plan, { keep, into }: FeatureTableRequest): string {
  const joins = plan.lookups.map((lookup) => {
    const name = quoted(lookup.name);
    const on = keysOf(lookup).map(
      (key) => `${key === 'moment' ? momentOf(lookup.stream) : `wanted.${key}`} = ${name}.${key}`,
    );
    return `join ${name} on ${on.join(' and ')}`;
  });
  const tallies = plan.profiles.map(
    ({ name }) => `left join ${quoted(name)} on wanted.id = ${quoted(name)}.id`,
  );
  const features = Object.keys(view.features).map(
    (name) => `${featureExpression(view, plan, name)} as ${quoted(name)}`,
  );
  const columns = [
    'wanted.id',
    'wanted.time',
    ...keep.map((column) => `wanted.${quoted(column)}`),
    ...features,
  ];
  return `create or replace table ${quoted(into)} as
    select ${columns.join(', ')}, wanted.${quoted(view.label)} as label from wanted
    ${[...joins, ...tallies].join('\n')}`;
}

/** When a wanted row's windows over a stream end. */
function momentOf({ snapshot }: Stream): string {
  return snapshot ? lastSnapshot('wanted.time', snapshot) : 'wanted.time';
}
