// Shares of rows that something is wrong with, each judged against the share in training.

import { type BlockSums, effectiveRows, totalOf, wilsonInterval } from '@flightdeck/stats';
import { count, percent, withInterval } from './figures.ts';
import { type JudgementContext, judge } from './judgement.ts';
import type { Item } from './report-schema.ts';

export interface ShareQuestion {
  readonly item: string;
  /** As the start of a sentence: "Missing values of distance". */
  readonly what: string;
  /** By block: rows with it, rows without it. */
  readonly counts: BlockSums;
  /** The share in training; 0 where there is none. */
  readonly reference: number;
  readonly allowed: number;
  readonly persistence: number;
  /** Why it cannot be judged yet. */
  readonly obstacle?: string | null;
}

export function judgeShare(question: ShareQuestion, context: JudgementContext): Item {
  const { what, counts, reference, allowed } = question;
  const [found = 0, others = 0] = totalOf(counts);
  const rows = found + others;
  const value = found / rows;
  const effective = effectiveRows(counts, 'cells');
  const { low, high } = wilsonInterval(value * effective, effective);
  const against = reference > 0 ? `, ${percent(reference)} in training` : '';
  const interval = withInterval({ value, low, high }, percent);
  return judge(
    {
      ...question,
      seen: rows === 0 ? `${what}: no rows` : `${what}: ${interval} of ${count(rows)} rows${against}`,
      effect: { value: value - reference, low: low - reference, high: high - reference },
      threshold: allowed,
      limit:
        reference > 0 ? `the allowed increase of ${percent(allowed)}` : `the allowed ${percent(allowed)}`,
      rows,
      blocks: counts.blocks.size,
      chance: low > reference ? null : 'chance alone could do that',
      alarm: 'degraded',
    },
    context,
  );
}

/** By block: the rows that `find` finds, and the others of `all`. */
export function foundIn(
  { blocks }: BlockSums,
  find: (sums: Float64Array, block: number) => number,
  all: (sums: Float64Array) => number,
): BlockSums {
  const pairs = [...blocks].map(([block, sums]) => {
    const found = find(sums, block);
    return [block, Float64Array.of(found, all(sums) - found)] as const;
  });
  return { width: 2, blocks: new Map(pairs) };
}
