// Counts between bounds: how latencies travel, since they can be added up over instances and segments.

import { z } from 'zod';

const counter = z.int().nonnegative();

/** counts[i] lies above bounds[i - 1] and at or below bounds[i]; the last one lies above the last bound. */
export const histogramSchema = z
  .strictObject({ bounds: z.array(z.number()).min(1), counts: z.array(counter) })
  .refine(({ bounds, counts }) => counts.length === bounds.length + 1, 'needs one count more than bounds')
  .refine(
    ({ bounds }) => bounds.every((bound, i) => i === 0 || bound > bounds[i - 1]!),
    'needs rising bounds',
  );
export type Histogram = z.infer<typeof histogramSchema>;

export function totalOf({ counts }: Histogram): number {
  return counts.reduce((sum, each) => sum + each, 0);
}

/** The quantile, evenly spread within its bin (the first begins at 0). Infinite above the last bound, NaN for no counts. */
export function quantileOf(histogram: Histogram, probability: number): number {
  const { bounds, counts } = histogram;
  const wanted = probability * totalOf(histogram);
  let below = 0;
  for (const [i, inBin] of counts.entries()) {
    if (inBin > 0 && below + inBin >= wanted) {
      if (i === bounds.length) return Number.POSITIVE_INFINITY;
      const start = startOf(histogram, i);
      return start + ((bounds[i]! - start) * (wanted - below)) / inBin;
    }
    below += inBin;
  }
  return Number.NaN;
}

/** How many lie above `value`, those of its own bin evenly spread. */
export function countAbove(histogram: Histogram, value: number): number {
  const { bounds, counts } = histogram;
  return counts.reduce((above, inBin, i) => {
    const start = startOf(histogram, i);
    if (value <= start) return above + inBin;
    const end = bounds[i] ?? Number.POSITIVE_INFINITY;
    if (value >= end) return above;
    // What lies above the last bound lies nobody knows where: all of it counts as above.
    return above + (end === Number.POSITIVE_INFINITY ? inBin : (inBin * (end - value)) / (end - start));
  }, 0);
}

function startOf({ bounds }: Histogram, bin: number): number {
  return bin === 0 ? 0 : bounds[bin - 1]!;
}
