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

export interface WindowsReadLast {
  /** The columns of all events from the beginning to before the end, one event after the other: the same array while nothing changes. */
  read(rows: Rows | undefined, width: number, begin: number, end: number): readonly number[];
  /** To be told of an event that was added at a moment. */
  forget(rows: Rows, moment: number): void;
}

interface Window {
  readonly begin: number;
  readonly end: number;
  readonly columns: readonly number[];
}

/** A window ends at a snapshot, so rows ask for the same one until the next; and around one, for that before it as well. */
const remembered = 2;

/** Remembers of each key the windows that were read last. */
export function windowsReadLast(): WindowsReadLast {
  const windows = new WeakMap<Rows, readonly Window[]>();
  return {
    read(rows, width, begin, end) {
      if (!rows) return none;
      const known = windows.get(rows) ?? [];
      for (const window of known) if (window.begin === begin && window.end === end) return window.columns;
      const columns = eventsBetween(rows, width, begin, end);
      windows.set(rows, [{ begin, end, columns }, ...known].slice(0, remembered));
      return columns;
    },
    forget(rows, moment) {
      const known = windows.get(rows);
      if (known?.some(({ end }) => moment < end)) windows.delete(rows);
    },
  };
}

const none: readonly number[] = [];

function eventsBetween(rows: Rows, width: number, begin: number, end: number): number[] {
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
