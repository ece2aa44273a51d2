// How uncertain a stability index is that two samples of the same window give.

import { stabilityNoise } from './stability-index.ts';

/**
 * The standard error of `stabilityIndex`, of two kinds that add up: where the distributions differ, the index moves with each
 * share (the delta method: by g = ln(p / q) + 1 - q / p per unit of p, and likewise for q); where they do not, it still
 * scatters like the chi-square variable whose mean is `stabilityNoise`. Where nothing differs this is nearly twice too large, which
 * errs towards saying nothing. For independent rows.
 */
export function stabilityError(reference: readonly number[], window: readonly number[]): number {
  const used = reference.map((_, i) => i).filter((i) => reference[i]! + window[i]! > 0);
  const [first, second] = [sampleOf(used.map((i) => reference[i]!)), sampleOf(used.map((i) => window[i]!))];
  const noise = stabilityNoise(used.length, second.rows, first.rows);
  const scatter = used.length < 2 ? 0 : (2 * noise ** 2) / (used.length - 1);
  return Math.sqrt(
    varianceOfSlope(first.shares, second.shares) / first.rows +
      varianceOfSlope(second.shares, first.shares) / second.rows +
      scatter,
  );
}

/** Half a row is added to each bin, as the index itself does. */
function sampleOf(counts: readonly number[]): { rows: number; shares: readonly number[] } {
  const rows = counts.reduce((sum, count) => sum + count, 0);
  return { rows, shares: counts.map((count) => (count + 0.5) / (rows + 0.5 * counts.length)) };
}

function varianceOfSlope(p: readonly number[], q: readonly number[]): number {
  const slopes = p.map((share, i) => Math.log(share / q[i]!) + 1 - q[i]! / share);
  const mean = slopes.reduce((sum, slope, i) => sum + p[i]! * slope, 0);
  return slopes.reduce((sum, slope, i) => sum + p[i]! * (slope - mean) ** 2, 0);
}
