// Wasserstein's distance: how far, in the feature's own unit, an average row would have to move to undo the change.

import { sharesOf } from './shares.ts';

/**
 * Wasserstein-1 between two samples of which only the counts in bins are known: the area between their distribution functions, with
 * each bin's rows taken to lie in its middle, and those of the two open bins at their borders. So what happens beyond the
 * outermost borders, or within a bin, is not seen. `edges` are the inner borders, ascending, one fewer than there are counts.
 */
export function binnedWasserstein(
  edges: readonly number[],
  reference: ArrayLike<number>,
  window: ArrayLike<number>,
): number {
  const p = sharesOf(reference);
  const q = sharesOf(window);
  const places = placesOf(edges);
  let difference = 0;
  let area = 0;
  for (let i = 0; i < places.length - 1; i++) {
    difference += q[i]! - p[i]!;
    area += Math.abs(difference) * (places[i + 1]! - places[i]!);
  }
  return area;
}

function placesOf(edges: readonly number[]): number[] {
  if (edges.length === 0) return [0];
  const middles = edges.slice(1).map((edge, i) => (edge + edges[i]!) / 2);
  return [edges[0]!, ...middles, edges.at(-1)!];
}
