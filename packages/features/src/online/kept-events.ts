// The single events of one key, for what no difference of totals can tell: a row [moment, column, …] for each. Events mostly arrive in
// order, so a row is mostly appended.

import { lastBefore, type Rows } from './rows.ts';

/** Keeps an event. Changes `rows`. */
export function keepAt(rows: Rows, moment: number, columns: readonly number[]): void {
  const stride = columns.length + 1;
  const start = (lastBefore(rows, stride, moment + 1) + 1) * stride;
  if (start === rows.length) rows.push(moment, ...columns);
  else rows.splice(start, 0, moment, ...columns);
}

/** The columns of all events from the beginning to before the end, one event after the other. */
export function eventsBetween(rows: Rows, width: number, begin: number, end: number): number[] {
  const columns: number[] = [];
  const stride = width + 1;
  const last = lastBefore(rows, stride, end);
  for (let row = lastBefore(rows, stride, begin) + 1; row <= last; row++) {
    for (let index = 1; index <= width; index++) columns.push(rows[row * stride + index]!);
  }
  return columns;
}

/** Drops all events before a moment. Changes `rows`. */
export function dropBefore(rows: Rows, stride: number, from: number): void {
  const last = lastBefore(rows, stride, from);
  if (last >= 0) rows.splice(0, (last + 1) * stride);
}
