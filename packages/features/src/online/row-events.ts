// The events that a row of a dataset is, for whoever replays a dataset or fills a store from one.

import type { FeatureView } from '../definition.ts';
import type { Columns } from './columns.ts';
import type { FeatureEvent } from './event-intake.ts';

/** One event of each type, at the minute that its `at` column names. The row's id makes them unique. Not in order of time. */
export function eventsOf(view: FeatureView, row: Columns & { readonly id: number | string }): FeatureEvent[] {
  return Object.entries(view.events).map(([type, { at }]) => ({
    type,
    id: String(row.id),
    at: Number(row[at]),
    columns: row,
  }));
}
