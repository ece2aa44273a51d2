// The totals before the ends of a lookup's windows. A key that is busy is asked for the same minute again and again, so what a lookup
// found last stays with the key.

import { type Kept, lastBefore, type Rows } from './rows.ts';

/** Writes the totals of everything before `end`, then before each age earlier. Changes `numbers`, from `start` on. */
export type WriteTotals = (kept: Kept | undefined, end: number, numbers: Float64Array, start: number) => void;

interface Totals {
  readonly found: Float64Array;
  /** By whom: plans that share a store may look up something else at the same place. */
  readonly by: WriteTotals;
  changes: number;
  end: number;
}

/** `width`: numbers in a row, without its moment. `ages` ascend. `place`: where a key remembers what this lookup found. */
export function compileTotals(width: number, ages: readonly number[], place: number): WriteTotals {
  const size = width * (1 + ages.length);

  function totalsOf(kept: Kept, end: number): Float64Array {
    let known = kept.made[place] as Totals | undefined;
    if (known?.by !== write) {
      known = { found: new Float64Array(size), by: write, changes: -1, end };
      kept.made[place] = known;
    }
    if (known.end !== end || known.changes !== kept.changes) {
      findTotals(kept.rows, width, end, ages, known.found);
      known.end = end;
      known.changes = kept.changes;
    }
    return known.found;
  }

  const write: WriteTotals = (kept, end, numbers, start) => {
    if (!kept) {
      numbers.fill(0, start, start + size);
      return;
    }
    const found = totalsOf(kept, end);
    for (let index = 0; index < size; index++) numbers[start + index] = found[index]!;
  };
  return write;
}

/** Changes `totals`. */
function findTotals(
  rows: Rows,
  width: number,
  end: number,
  ages: readonly number[],
  totals: Float64Array,
): void {
  const stride = width + 1;
  let next = 0;
  let last = lastBefore(rows, stride, end);
  for (let index = 0; index <= ages.length; index++) {
    if (index > 0) last = lastBefore(rows, stride, end - ages[index - 1]!, last + 1);
    const row = last * stride;
    for (let of = 1; of <= width; of++) totals[next++] = last < 0 ? 0 : rows[row + of]!;
  }
}
