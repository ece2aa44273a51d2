// The Jensen-Shannon distance: like the stability index a distance of shares, but bounded, and defined where a bin is empty.

import { sharesOf } from './shares.ts';

/** The square root of the Jensen-Shannon divergence with logarithms to base 2: 0 for equal shares, 1 for disjoint ones (Lin 1991). */
export function jensenShannonDistance(reference: ArrayLike<number>, window: ArrayLike<number>): number {
  const p = sharesOf(reference);
  const q = sharesOf(window);
  let divergence = 0;
  for (let i = 0; i < p.length; i++) {
    const middle = (p[i]! + q[i]!) / 2;
    divergence += (part(p[i]!, middle) + part(q[i]!, middle)) / 2;
  }
  // Rounding may leave it a little below zero.
  return Math.sqrt(Math.max(0, divergence));
}

function part(share: number, middle: number): number {
  return share === 0 ? 0 : share * Math.log2(share / middle);
}
