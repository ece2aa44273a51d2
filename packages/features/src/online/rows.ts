// How a process keeps one key of a stream: a flat array of rows, each a moment and then so many numbers, in order of moments.

export type Rows = number[];

/** A key's rows. */
export interface Kept {
  readonly rows: Rows;
  /** How often they have changed: whoever remembers what it made of them knows by that whether it still holds. */
  changes: number;
  /** Before this moment events have been read. One that joins later, as nearly all do until a snapshot, changes nothing that anybody has seen. */
  readBefore: number;
  /** What lookups made of them last, each at its own place. */
  readonly made: unknown[];
}

/** Which row is the last before a moment; -1 where none is. `stride`: numbers in a row, with its moment. `high`: no row from there on is. */
export function lastBefore(rows: Rows, stride: number, moment: number, high = rows.length / stride): number {
  let low = 0;
  // Of what happens now, everything is known before: many searches end here.
  if (high > 0 && rows[(high - 1) * stride]! < moment) return high - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle * stride]! < moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
