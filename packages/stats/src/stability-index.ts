// The population stability index: how far the shares of a window have moved from those of the reference, in one number.

/** Added to every bin, half a row, so that an empty one has a logarithm; with large counts it vanishes. */
const smoothing = 0.5;

/**
 * The sum over bins of (q - p) ln(q / p): Jeffreys' divergence, in nats (Jeffreys 1946; as PSI in credit scoring, Siddiqi 2006, whose
 * rule of thumb calls 0.1 a small and 0.25 a large change). p and q are (count + 0.5) / (rows + 0.5 bins); bins empty in both are left
 * out first. Chance alone makes it positive: see `stabilityNoise`.
 */
export function stabilityIndex(reference: ArrayLike<number>, window: ArrayLike<number>): number {
  const used = Array.from(reference, (_, i) => i).filter((i) => reference[i]! + window[i]! > 0);
  const p = smoothed(used.map((i) => reference[i]!));
  const q = smoothed(used.map((i) => window[i]!));
  return p.reduce((sum, share, i) => sum + (q[i]! - share) * Math.log(q[i]! / share), 0);
}

/**
 * What the index is on average where nothing has changed: (bins - 1) (1 / rows + 1 / referenceRows), since it is then nearly
 * that much of a chi-square variable (Yurdakul and Naranjo 2020). 200 categories and 1,000 rows give 0.2 from nothing.
 */
export function stabilityNoise(bins: number, rows: number, referenceRows: number): number {
  return (bins - 1) * (1 / rows + 1 / referenceRows);
}

function smoothed(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count + smoothing, 0);
  return counts.map((count) => (count + smoothing) / total);
}
