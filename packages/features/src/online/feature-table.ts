// What is looked up for many rows at once, as a table of numbers: no object for a row or a feature, since that would cost more than to
// work the features out.

import { FlightdeckError } from '@flightdeck/core';
import { type FeatureView, isAggregate } from '../definition.ts';
import type { Columns } from './columns.ts';
import { compileAggregate } from './feature-values.ts';
import type { OnlinePlan } from './online-plan.ts';
import { compileLookups } from './row-lookups.ts';
import type { Read, Totals } from './store.ts';

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
  readonly reads: readonly Read[];
  /** What the answers to the reads, in order, make of the rows. */
  tableOf(found: readonly Totals[]): FeatureTable;
}

const [present, byDefault, stale] = [1, 2, 3];
const unread = -1;

/** Finds out what rows lack. Throws ROW_TIME_INVALID. */
export function compileQuestions(plan: OnlinePlan): (rows: readonly FeatureRow[]) => RowQuestion {
  const aggregates = Object.entries(plan.view.features).flatMap(([name, feature]) =>
    isAggregate(feature) ? [{ name, ...compileAggregate(plan, feature) }] : [],
  );
  const { lookups, keysOf } = compileLookups(plan);
  const columnsOf = columnMerger(plan.view);

  /** Marks what a row lacks as default, and returns the lookups behind it. */
  function markLacking({ given }: FeatureRow, statuses: Uint8Array, at: number): Uint8Array {
    const needed = new Uint8Array(lookups.length);
    for (let index = 0; index < aggregates.length; index++) {
      const { name, lookups } = aggregates[index]!;
      if ((given[name] ?? null) !== null) continue;
      statuses[at + index] = byDefault;
      for (const lookup of lookups) needed[lookup] = 1;
    }
    return needed;
  }

  function fill({ values, statuses }: FeatureTable, at: number, numbers: Float64Array): void {
    for (let index = 0; index < aggregates.length; index++) {
      if (statuses[at + index] !== byDefault) continue;
      const { value, isStale } = aggregates[index]!;
      const found = value(numbers);
      if (Number.isNaN(found)) continue;
      values[at + index] = found;
      statuses[at + index] = isStale(numbers) ? stale : present;
    }
  }

  return (rows) => {
    const statuses = new Uint8Array(rows.length * aggregates.length);
    const columns = rows.map(columnsOf);
    const reads: Read[] = [];
    // By row and lookup: which of the reads answers it.
    const readAt = new Int32Array(rows.length * lookups.length).fill(unread);
    for (let row = 0; row < rows.length; row++) {
      const { time } = rows[row]!;
      requireTime(time);
      const needed = markLacking(rows[row]!, statuses, row * aggregates.length);
      const keys = keysOf(columns[row]!);
      for (let index = 0; index < lookups.length; index++) {
        const lookup = lookups[index]!;
        const key = keys[lookup.key];
        if (needed[index] === 0 || key === undefined) continue;
        readAt[row * lookups.length + index] = reads.length;
        reads.push(lookup.read(key, time));
      }
    }
    return {
      reads,
      tableOf(found) {
        const table = { values: new Float64Array(statuses.length).fill(Number.NaN), statuses };
        const numbers = new Float64Array(plan.lookups.at(-1)?.end ?? 0);
        for (let row = 0; row < rows.length; row++) {
          for (let index = 0; index < lookups.length; index++) {
            const read = readAt[row * lookups.length + index]!;
            lookups[index]!.tell(read === unread ? null : found[read]!, columns[row]!, numbers);
          }
          fill(table, row * aggregates.length, numbers);
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
