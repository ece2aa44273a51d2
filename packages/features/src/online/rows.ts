// How the memory store keeps one key of a stream: a flat array of rows, each a moment and then so many numbers, in order of moments.

export type Rows = number[];

/** Which row is the last before a moment; -1 where none is. `stride`: numbers in a row, with its moment. */
export function lastBefore(rows: Rows, stride: number, moment: number): number {
  let low = 0;
  let high = rows.length / stride;
  // Of what happens now, everything is known before: most searches end here.
  if (high > 0 && rows[rows.length - stride]! < moment) return high - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle * stride]! < moment) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
