// The lookups of the plan for one row at a time: what is to be read, and the numbers that features are worked out from.

import { type Columns, columnReader, keyOf } from './columns.ts';
import type { OnlineLookup, OnlinePlan } from './online-plan.ts';
import { compileTallies } from './profile-tallies.ts';
import type { Read, Totals } from './store.ts';
import { endsOf } from './window-ends.ts';

export interface RowLookup {
  /** Which of `keysOf` it goes by. */
  readonly key: number;
  read(key: string, time: number): Read;
  /** Writes the lookup's numbers. Changes `numbers`. */
  tell(found: Totals, columns: Columns, numbers: Float64Array): void;
}

export interface RowLookups {
  readonly lookups: readonly RowLookup[];
  /** The row's keys: several lookups go by the same. Undefined where its columns do not say whose it is. */
  keysOf(columns: Columns): (string | undefined)[];
}

export function compileLookups(plan: OnlinePlan): RowLookups {
  const names = [...new Set(plan.lookups.map(keyName))];
  const keys = names.map((name) => {
    const { by } = plan.lookups.find((lookup) => keyName(lookup) === name)!;
    const readers = by.map((column) => columnReader(plan.view, column));
    return (columns: Columns) => keyOf(readers.map((read) => read(columns)));
  });
  return {
    lookups: plan.lookups.map((lookup) => ({
      key: names.indexOf(keyName(lookup)),
      read: (key, time) => ({ stream: lookup.stream, key, time, ends: endsOf(lookup, time) }),
      tell: tellerOf(plan, lookup),
    })),
    keysOf: (columns) => keys.map((keyOf) => keyOf(columns)),
  };
}

function keyName({ by }: OnlineLookup): string {
  return JSON.stringify(by);
}

function tellerOf(plan: OnlinePlan, { start, end, profile }: OnlineLookup): RowLookup['tell'] {
  const writeTallies = profile && compileTallies(plan, profile);
  return (found, columns, numbers) => {
    if (found === null) numbers.fill(Number.NaN, start, end);
    else if (writeTallies) writeTallies(found, columns, numbers, start);
    else for (let index = 0; index < found.length; index++) numbers[start + index] = found[index]!;
  };
}
