import { seededRandom } from '@flightdeck/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BlockSums, effectiveRows, jackknife, mergeBlocks, sliceBlocks, totalOf } from './block-sums.ts';

interface Row {
  readonly block: number;
  readonly bin: number;
}

const rows = fc.array(
  fc.record({ block: fc.integer({ min: -2, max: 3 }), bin: fc.integer({ min: 0, max: 4 }) }),
);

function sketch(given: readonly Row[]): BlockSums {
  const blocks = new Map<number, Float64Array>();
  for (const { block, bin } of given) {
    if (!blocks.has(block)) blocks.set(block, new Float64Array(5));
    blocks.get(block)![bin]! += 1;
  }
  return { width: 5, blocks };
}

const sorted = ({ blocks }: BlockSums) => [...blocks].sort(([a], [b]) => a - b);

describe('a sketch of counts', () => {
  it('of two parts merges into the sketch of the whole, exactly, and leaves the parts as they were', () => {
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const [a, b] = [sketch(one), sketch(other)];
        expect(sorted(mergeBlocks(a, b))).toEqual(sorted(sketch([...one, ...other])));
        expect(sorted(mergeBlocks(b, a))).toEqual(sorted(mergeBlocks(a, b)));
        expect([sorted(a), sorted(b)]).toEqual([sorted(sketch(one)), sorted(sketch(other))]);
      }),
    );
  });

  it('has totals and slices', () => {
    const sums = sketch([
      { block: 1, bin: 0 },
      { block: 2, bin: 3 },
      { block: 2, bin: 4 },
    ]);
    expect(totalOf(sums)).toEqual(Float64Array.of(1, 0, 0, 1, 1));
    expect(totalOf(sliceBlocks(sums, 3, 5))).toEqual(Float64Array.of(1, 1));
  });
});

/** `count` blocks of `size` rows; of each block its own share, which scatters around 0.3, falls into the first of two bins. */
function clustered(count: number, size: number, scatter: number, seed: number): BlockSums {
  const random = seededRandom(seed);
  const blocks = Array.from({ length: count }, (_, id) => {
    const share = Math.min(1, Math.max(0, 0.3 + scatter * random.normal()));
    const first = Array.from({ length: size }, () => random.uniform() < share).filter(Boolean).length;
    return [id, Float64Array.of(first, size - first)] as const;
  });
  return { width: 2, blocks: new Map(blocks) };
}

const firstShare = (counts: Float64Array) => counts[0]! / (counts[0]! + counts[1]!);

describe('rows of one block that resemble each other', () => {
  it('cannot be told apart from independent ones with one block', () => {
    const one = clustered(1, 100, 0, 1);
    expect(effectiveRows(one, 'cells')).toBeNaN();
    expect(jackknife(one, firstShare)).toMatchObject({ low: Number.NaN, high: Number.NaN });
  });

  it('are never worth more than their number, not even if blocks are more alike than chance would have them', () => {
    const alike = {
      width: 2,
      blocks: new Map([...Array(50).keys()].map((id) => [id, Float64Array.of(3, 7)])),
    };
    expect(effectiveRows(alike, 'cells')).toBeLessThanOrEqual(500);
    expect(effectiveRows(alike, 'cells')).toBeGreaterThan(450);
  });

  it('are worth about n / (1 + (n of a block - 1) × intraclass correlation)', () => {
    // Scatter 0.1 around 0.3: correlation 0.01 / 0.21.
    const expected = 200_000 / (1 + 199 * (0.01 / 0.21));
    const seen = effectiveRows(clustered(1_000, 200, 0.1, 7), 'cells');
    expect(seen / expected).toBeGreaterThan(0.85);
    expect(seen / expected).toBeLessThan(1.15);
    expect(effectiveRows(clustered(1_000, 200, 0.1, 7), 'ordered')).toBeCloseTo(seen, 6);
  });

  it('give intervals that hold the truth as often as they promise, with 7 blocks', () => {
    const held = Array.from({ length: 1_000 }, (_, seed) =>
      jackknife(clustered(7, 50, 0.1, seed), firstShare),
    ).filter(({ low, high }) => low <= 0.3 && 0.3 <= high).length;
    // Between 93 and 97 %: three standard errors of 1,000 draws are 2 %.
    expect(held).toBeGreaterThan(930);
    expect(held).toBeLessThan(970);
  });
});
