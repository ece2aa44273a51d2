// Counts as shares of their sum, and bins too rare to be compared on their own.

/** Sums to 1. All zero where there is nothing. */
export function sharesOf(counts: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(counts);
  const total = values.reduce((sum, count) => sum + count, 0);
  return total === 0 ? values : values.map((count) => count / total);
}

/** Below this many expected rows a cell's chi-square, or its part of the stability index, is no longer chi-square (Cochran 1954). */
const fewestExpected = 5;

/** The group of each bin, 0 … groups - 1. */
export interface Grouping {
  readonly groups: number;
  readonly of: Int32Array;
}

/**
 * Pools categories of which `rows` rows of the reference's distribution would hold fewer than five: they share the last group. As all
 * pooling here it depends on the reference and the sample size alone, so that what the window holds cannot bias it.
 */
export function poolRareCategories(reference: ArrayLike<number>, rows: number): Grouping {
  const isCommon = expectedOf(reference, rows).map((expected) => Number(expected >= fewestExpected));
  const common = isCommon.reduce((sum, one) => sum + one, 0);
  let next = 0;
  const of = Int32Array.from(isCommon, (one) => (one === 1 ? next++ : common));
  return { groups: common < of.length ? common + 1 : common, of };
}

/** The same for bins of numbers: neighbours share a group until it expects five rows. */
export function poolNeighbours(reference: ArrayLike<number>, rows: number): Grouping {
  const expected = expectedOf(reference, rows);
  const of = new Int32Array(expected.length);
  let left = expected.reduce((sum, one) => sum + one, 0);
  let group = 0;
  let inGroup = 0;
  for (let bin = 0; bin < expected.length; bin++) {
    of[bin] = group;
    inGroup += expected[bin]!;
    left -= expected[bin]!;
    // What is left over joins the last group instead of making one that is too small.
    if (!(inGroup >= fewestExpected && left >= fewestExpected)) continue;
    group += 1;
    inGroup = 0;
  }
  return { groups: group + 1, of };
}

function expectedOf(reference: ArrayLike<number>, rows: number): Float64Array {
  return sharesOf(reference).map((share) => share * rows);
}

export function pool(counts: ArrayLike<number>, { groups, of }: Grouping): Float64Array {
  const pooled = new Float64Array(groups);
  for (let i = 0; i < counts.length; i++) pooled[of[i]!]! += counts[i]!;
  return pooled;
}
