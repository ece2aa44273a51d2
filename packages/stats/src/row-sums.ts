// Metrics that are functions of sums over rows. A sum over a resample is the weighted sum of the blocks' sums, so that a
// resample costs as many steps as there are blocks, however many rows they hold.

import type { BlockMetric, Blocks } from './blocks.ts';
import type { Weights } from './scored-rows.ts';

export interface RowSums<Value> {
  /** How many sums are kept. */
  readonly width: number;
  /** Adds a row `weight` times to the sums that start at `offset`. */
  readonly add: (row: number, weight: number, sums: Float64Array, offset: number) => void;
  readonly finish: (sums: Float64Array) => Value;
}

/** The value over `rows` rows. */
export function overRows<Value>(metric: RowSums<Value>, rows: number, weights?: Weights): Value {
  const sums = new Float64Array(metric.width);
  for (let row = 0; row < rows; row++) metric.add(row, weights ? weights[row]! : 1, sums, 0);
  return metric.finish(sums);
}

/** The value over these rows as a function of block weights. */
export function sumsByBlock<Value>(
  metric: RowSums<Value>,
  rows: Uint32Array,
  blocks: Blocks,
): BlockMetric<Value> {
  const { width } = metric;
  const perBlock = new Float64Array(blocks.count * width);
  for (const row of rows) metric.add(row, 1, perBlock, blocks.of[row]! * width);
  return (weights) => {
    const sums = new Float64Array(width);
    for (let i = 0; i < perBlock.length; i++)
      sums[i % width]! += weights[Math.floor(i / width)]! * perBlock[i]!;
    return metric.finish(sums);
  };
}
