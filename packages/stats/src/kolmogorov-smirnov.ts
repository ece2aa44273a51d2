// Whether two samples come from one distribution, asked of numbers: the largest distance between their distribution functions.

import { sharesOf } from './shares.ts';

/**
 * The largest |F - G|, known at the borders of the bins only: between two borders it may be larger, so this is a lower bound, and the
 * test with it errs towards "no difference". With 20 bins of equal counts it can miss at most 0.05.
 */
export function binnedKolmogorovSmirnov(reference: ArrayLike<number>, window: ArrayLike<number>): number {
  const p = sharesOf(reference);
  const q = sharesOf(window);
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < p.length; i++) {
    difference += q[i]! - p[i]!;
    largest = Math.max(largest, Math.abs(difference));
  }
  return largest;
}

/** The chance of a distance at least this large between samples of so many independent rows, for large samples (Smirnov 1948). */
export function kolmogorovSmirnovP(distance: number, rows: number, otherRows: number): number {
  return kolmogorovSurvival(distance * Math.sqrt((rows * otherRows) / (rows + otherRows)));
}

/** P(K > x) of Kolmogorov's distribution. Its tail, where the chance is small, is summed as such. */
export function kolmogorovSurvival(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x <= 0) return 1;
  return x < 1 ? 1 - lowerBody(x) : upperTail(x);
}

/** 2 Σ (-1)^(k-1) exp(-2 k² x²): four terms are exact from 1 on. */
function upperTail(x: number): number {
  let sum = 0;
  for (let k = 5; k >= 1; k--) sum = Math.exp(-2 * (2 * k - 1) * x * x) * (1 - sum);
  return 2 * sum;
}

/** sqrt(2π) / x Σ exp(-(2k-1)² π² / (8x²)): below 1 three terms are exact. */
function lowerBody(x: number): number {
  const unit = (Math.PI / x) ** 2 / 8;
  return (Math.sqrt(2 * Math.PI) / x) * (Math.exp(-unit) + Math.exp(-9 * unit) + Math.exp(-25 * unit));
}
