// Quantiles of a sample, as the bootstrap's intervals need them.

/**
 * The quantile at `probability` by linear interpolation between order statistics (Hyndman and Fan 1996, type 7: the default
 * of NumPy and R). NaN for no values, or where one of them is NaN.
 */
export function quantile(values: ArrayLike<number>, probability: number): number {
  const sorted = Float64Array.from(values).sort();
  // A typed array sorts NaN last.
  if (sorted.length === 0 || Number.isNaN(sorted.at(-1))) return Number.NaN;
  const position = probability * (sorted.length - 1);
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  // Equal neighbours may both be infinite, and infinity minus infinity is NaN.
  return above === below ? below : below + (position - Math.floor(position)) * (above - below);
}
