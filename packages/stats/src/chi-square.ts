// Whether two tables of counts come from one distribution, asked of categories, which have no order.

import { upperGamma } from './incomplete-gamma.ts';

/** P(X > statistic) of the chi-square distribution: the upper incomplete gamma function, not one minus the lower. */
export function chiSquareSurvival(statistic: number, degrees: number): number {
  return upperGamma(degrees / 2, statistic / 2);
}

export interface ChiSquare {
  readonly statistic: number;
  readonly degrees: number;
  readonly p: number;
}

/**
 * Pearson's test that both have the same shares (homogeneity of a 2 × k table, without Yates' correction). Counts need not be whole:
 * rows that resemble each other are passed as the smaller number that they are worth. Cells empty in both say nothing and are
 * left out. Cells that expect fewer than five make p too small: pool them before (`poolRareCategories`). p is 1 where fewer
 * than two cells are left.
 */
export function chiSquareHomogeneity(reference: ArrayLike<number>, window: ArrayLike<number>): ChiSquare {
  const totals = { reference: sumOf(reference), window: sumOf(window) };
  const all = totals.reference + totals.window;
  let statistic = 0;
  let cells = 0;
  for (let i = 0; i < reference.length; i++) {
    const both = reference[i]! + window[i]!;
    if (both === 0) continue;
    cells += 1;
    for (const [count, total] of [
      [reference[i]!, totals.reference],
      [window[i]!, totals.window],
    ] as const) {
      const expected = (both * total) / all;
      statistic += (count - expected) ** 2 / expected;
    }
  }
  if (cells < 2) return { statistic: 0, degrees: 0, p: 1 };
  return { statistic, degrees: cells - 1, p: chiSquareSurvival(statistic, cells - 1) };
}

function sumOf(counts: ArrayLike<number>): number {
  return Array.from(counts).reduce((sum, count) => sum + count, 0);
}
