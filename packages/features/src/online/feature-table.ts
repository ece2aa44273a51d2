// What is looked up for many rows at once, as a table of numbers: no object for a row or a feature, since that would cost more than to
// work the features out.

import { FlightdeckError } from '@flightdeck/core';
import { type FeatureView, isAggregate } from '../definition.ts';
import type { Columns } from './columns.ts';
import { compileAggregate } from './feature-values.ts';
import type { OnlinePlan } from './online-plan.ts';
import { compileLookups } from './row-lookups.ts';
import type { Found, StreamKey } from './store.ts';

/** A row to be predicted. */
export interface FeatureRow {
  /** Whole minutes since 1970 UTC. */
  readonly time: number;
  /** Raw columns by which its aggregates are looked up, and that say where on a cycle it is. Features that are columns count as such, so `given` may bring them. */
  readonly columns: Columns;
  /** Features that the request brought, by name; null counts as not brought. */
  readonly given: Columns;
}

/**
 * `given`: the request brought it. `present`: looked up. `default`: nothing is known, so its declared default stands in, or null. `stale`:
 * looked up, but no event that it is worked out from has happened for longer than that event's declared freshness.
 */
export const featureStatuses = ['given', 'present', 'default', 'stale'] as const;
export type FeatureStatus = (typeof featureStatuses)[number];

/** Row after row, a number for each of the view's aggregates, in the order in which it declares them. */
export interface FeatureTable {
  /** NaN unless present or stale. */
  readonly values: Float64Array;
  /** Places in `featureStatuses`. */
  readonly statuses: Uint8Array;
}

export interface RowQuestion {
  readonly keys: readonly StreamKey[];
  /** What is found for the keys makes of the rows. */
  tableOf(found: Found): FeatureTable;
}

const [present, byDefault, stale] = [1, 2, 3];
const unread = -1;

/** Finds out what rows lack. Throws ROW_TIME_INVALID. */
export function compileQuestions(plan: OnlinePlan): (rows: readonly FeatureRow[]) => RowQuestion {
  const { lookups, sources, keysOf } = compileLookups(plan);
  const aggregates = Object.entries(plan.view.features).flatMap(([name, feature]) => {
    if (!isAggregate(feature)) return [];
    const compiled = compileAggregate(plan, feature);
    return [
      { name, ...compiled, sources: [...new Set(compiled.lookups.map((one) => lookups[one]!.source))] },
    ];
  });
  const columnsOf = columnMerger(plan.view);
  // Used again for each row or batch: a typed array of this size costs as much to make as to fill.
  const numbers = new Float64Array(plan.lookups.at(-1)?.end ?? 0);
  const needed = new Uint8Array(sources.length);
  const latest = new Int32Array(sources.length);

  /** Marks what a row lacks as default, and the sources behind it as needed. */
  function markLacking({ given }: FeatureRow, statuses: Uint8Array, at: number): void {
    needed.fill(0);
    for (let index = 0; index < aggregates.length; index++) {
      const { name, sources } = aggregates[index]!;
      if ((given[name] ?? null) !== null) continue;
      statuses[at + index] = byDefault;
      for (const source of sources) needed[source] = 1;
    }
  }

  function fill({ values, statuses }: FeatureTable, at: number): void {
    for (let index = 0; index < aggregates.length; index++) {
      if (statuses[at + index] !== byDefault) continue;
      const { value, isStale } = aggregates[index]!;
      const found = value(numbers);
      if (Number.isNaN(found)) continue;
      values[at + index] = found;
      statuses[at + index] = isStale(numbers) ? stale : present;
    }
  }

  /** The minute of the oldest row that each source can still answer. */
  function oldestOf({ newest }: Found): readonly number[] {
    return sources.map(
      ({ stream }) => (newest.get(stream.event) ?? Number.NEGATIVE_INFINITY) - plan.lateness,
    );
  }

  return (rows) => {
    const statuses = new Uint8Array(rows.length * aggregates.length);
    const columns = rows.map(columnsOf);
    const keys: StreamKey[] = [];
    // By row and source: which of the keys answers it. Rows that follow each other often ask for the same.
    const keyAt = new Int32Array(rows.length * sources.length).fill(unread);
    latest.fill(unread);
    for (let row = 0; row < rows.length; row++) {
      requireTime(rows[row]!.time);
      markLacking(rows[row]!, statuses, row * aggregates.length);
      const own = keysOf(columns[row]!);
      for (let index = 0; index < sources.length; index++) {
        const source = sources[index]!;
        const key = own[source.key];
        if (needed[index] === 0 || key === undefined) continue;
        if (keys[latest[index]!]?.key !== key) {
          latest[index] = keys.length;
          keys.push({ stream: source.stream, key });
        }
        keyAt[row * sources.length + index] = latest[index]!;
      }
    }
    return {
      keys,
      tableOf(found) {
        const table = { values: new Float64Array(statuses.length).fill(Number.NaN), statuses };
        const oldest = oldestOf(found);
        for (let row = 0; row < rows.length; row++) {
          const { time } = rows[row]!;
          for (let index = 0; index < lookups.length; index++) {
            const { source, start, end, write } = lookups[index]!;
            const key = keyAt[row * sources.length + source]!;
            if (key === unread || time < oldest[source]!) numbers.fill(Number.NaN, start, end);
            else write(found.kept[key], time, columns[row]!, numbers);
          }
          fill(table, row * aggregates.length);
        }
        return table;
      },
    };
  };
}

function requireTime(time: number): void {
  if (Number.isSafeInteger(time)) return;
  throw new FlightdeckError(
    'ROW_TIME_INVALID',
    `A row's time must be whole minutes since 1970 UTC, not ${time}.`,
  );
}

/** A row's columns, with those that it brought as features. */
function columnMerger({ features }: FeatureView): (row: FeatureRow) => Columns {
  const named = Object.entries(features).flatMap(([name, feature]) =>
    'column' in feature ? [{ name, column: feature.column }] : [],
  );
  return ({ columns, given }) => {
    let known = columns;
    for (const { name, column } of named) {
      if ((columns[column] ?? null) !== null || (given[name] ?? null) === null) continue;
      known = { ...known, [column]: given[name] };
    }
    return known;
  };
}
