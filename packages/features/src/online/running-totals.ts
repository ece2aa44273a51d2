// The running totals of one key: a row [moment, n, sum, sum, …] for each moment, the total of everything up to it. Events mostly arrive in order, so a row is mostly appended; an event out of order is added to all rows after it as well.

import { lastBefore, type Rows } from './rows.ts';

/** Adds amounts at a moment. Changes `rows`. */
export function addAt(rows: Rows, moment: number, amounts: readonly number[]): void {
  const stride = amounts.length + 1;
  let start = (lastBefore(rows, stride, moment) + 1) * stride;
  if (rows[start] !== moment) {
    const before = rows.slice(Math.max(0, start - stride), start);
    const row = [moment, ...amounts.map((_, index) => before[index + 1] ?? 0)];
    if (start === rows.length) rows.push(...row);
    else rows.splice(start, 0, ...row);
  }
  for (; start < rows.length; start += stride) {
    for (let index = 0; index < amounts.length; index++) rows[start + 1 + index]! += amounts[index]!;
  }
}

/** Drops what no read at or after `from` tells apart: all rows before it but the last. Changes `rows`. */
export function forgetBefore(rows: Rows, stride: number, from: number): void {
  const last = lastBefore(rows, stride, from);
  if (last > 0) rows.splice(0, last * stride);
}
