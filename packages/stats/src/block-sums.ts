// Sums over rows, kept block by block: what a sketch of a window consists of. They merge by adding, exactly where they are whole
// numbers below 2^53, and the spread between blocks tells how much the rows of one block resemble each other.

import type { Interval } from './blocks.ts';
import { normalQuantile } from './normal.ts';
import { studentQuantile } from './student.ts';

export interface BlockSums {
  /** How many sums a block has. */
  readonly width: number;
  /** By block, such as the hour since 1970. */
  readonly blocks: ReadonlyMap<number, Float64Array>;
}

export function mergeBlocks(a: BlockSums, b: BlockSums): BlockSums {
  const blocks = new Map(a.blocks);
  for (const [id, sums] of b.blocks) {
    const present = blocks.get(id);
    blocks.set(id, present ? present.map((sum, i) => sum + sums[i]!) : sums);
  }
  return { width: a.width, blocks };
}

/** The sums `from` to `to` (exclusive) of every block that has any. */
export function sliceBlocks({ blocks }: BlockSums, from: number, to: number): BlockSums {
  const parts = [...blocks].map(([id, sums]) => [id, sums.subarray(from, to)] as const);
  return { width: to - from, blocks: new Map(parts.filter(([, sums]) => sums.some((sum) => sum !== 0))) };
}

export function totalOf({ width, blocks }: BlockSums): Float64Array {
  const total = new Float64Array(width);
  for (const sums of blocks.values()) for (let i = 0; i < width; i++) total[i]! += sums[i]!;
  return total;
}

export interface Estimate extends Interval {
  readonly value: number;
  readonly standardError: number;
}

/**
 * A number computed from sums, with its 95 % interval by the jackknife over blocks: it is computed again without each block in turn,
 * and the spread of the answers gives the standard error (Tukey 1958; for blocks of unequal size Shao and Tu 1995, section
 * 2.3), which Student's quantile widens where blocks are few. It draws no random numbers. With fewer than two blocks the ends
 * are NaN.
 */
export function jackknife(sums: BlockSums, statistic: (sums: Float64Array) => number): Estimate {
  const total = totalOf(sums);
  const value = statistic(total);
  const count = sums.blocks.size;
  let squares = 0;
  for (const block of sums.blocks.values()) {
    squares += (statistic(total.map((sum, i) => sum - block[i]!)) - value) ** 2;
  }
  return estimateOf(value, Math.sqrt(((count - 1) / count) * squares), count);
}

/** The 95 % interval around a value whose standard error comes from this many blocks. */
export function estimateOf(value: number, standardError: number, blocks: number): Estimate {
  const half = blocks < 2 ? Number.NaN : studentQuantile(0.975, blocks - 1) * standardError;
  return { value, low: value - half, high: value + half, standardError };
}

/**
 * How many independent rows the counts are worth. Rows of one hour share its weather: their shares scatter more from block to block than
 * those of independent rows would, and this is the number of independent rows that scatter as much (Kish 1965; for tables of counts
 * Rao and Scott 1981), made smaller where blocks are too few to tell the scatter well (Korn and Graubard 1998). Never more than there
 * are rows. NaN with fewer than two blocks.
 *
 * `cells` weighs each cell's scatter as the chi-square test and the stability index do, `ordered` that of the distribution function, as
 * Kolmogorov and Smirnov's test does.
 */
export function effectiveRows(counts: BlockSums, kind: 'cells' | 'ordered'): number {
  const blocks = [...counts.blocks.values()];
  if (blocks.length < 2) return Number.NaN;
  const sizes = blocks.map((block) => block.reduce((sum, count) => sum + count, 0));
  const rows = sizes.reduce((sum, size) => sum + size, 0);
  const indicators = kind === 'cells' ? blocks : blocks.map(cumulated);
  const scatter = { seen: 0, independent: 0 };
  for (let cell = 0; cell < counts.width; cell++) {
    const share = indicators.reduce((sum, block) => sum + block[cell]!, 0) / rows;
    if (share <= 0 || share >= 1) continue;
    const weight = kind === 'cells' ? 1 / share : 1;
    const squares = indicators.reduce((sum, block, i) => sum + (block[cell]! - sizes[i]! * share) ** 2, 0);
    scatter.seen += (weight * squares * blocks.length) / (blocks.length - 1) / rows;
    scatter.independent += weight * share * (1 - share);
  }
  const designEffect = scatter.independent === 0 ? 1 : Math.max(1, scatter.seen / scatter.independent);
  return rows / designEffect / fewBlocks(blocks.length);
}

/** By how much an interval's square grows because its standard error comes from so many blocks. */
function fewBlocks(count: number): number {
  return (studentQuantile(0.975, count - 1) / normalQuantile(0.975)) ** 2;
}

function cumulated(counts: Float64Array): Float64Array {
  let sum = 0;
  return counts.map((count) => {
    sum += count;
    return sum;
  });
}
