// Quality from a histogram of scores by label, so that a window of any size takes the same memory and histograms can be added up.

/** Rows by bin, lowest scores first. */
export interface BinnedScores {
  readonly negatives: ArrayLike<number>;
  readonly positives: ArrayLike<number>;
}

/**
 * The chance that a random positive row scores above a random negative one, pairs in one bin counting half. `error` is the most by
 * which the area of the unbinned scores can differ: half the share of such pairs. NaN where a class is missing.
 */
export function binnedRocAuc({ negatives, positives }: BinnedScores): { value: number; error: number } {
  let below = 0;
  let above = 0;
  let won = 0;
  let tied = 0;
  for (let bin = 0; bin < negatives.length; bin++) {
    won += positives[bin]! * below;
    tied += positives[bin]! * negatives[bin]!;
    below += negatives[bin]!;
    above += positives[bin]!;
  }
  const pairs = below * above;
  return { value: (won + tied / 2) / pairs, error: tied / 2 / pairs };
}
