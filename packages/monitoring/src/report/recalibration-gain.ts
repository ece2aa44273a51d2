// Would a new line through the logits mend the loss? The line is fitted on all blocks but one and tried on that one, in turn, so that it
// cannot praise itself.

import { type BlockSums, estimateOf, fitLine, lossOfLine, totalOf, unchanged } from '@flightdeck/stats';
import { binnedScores, logits, rowsOf } from './matured-metrics.ts';

export interface Recalibration {
  /** Fitted on all blocks. */
  readonly slope: number;
  readonly intercept: number;
  /** Log loss saved, in nats a row. */
  readonly gain: { readonly value: number; readonly low: number; readonly high: number };
}

/** Null where there is no best line, or less than two blocks. */
export function recalibrationOf(matured: BlockSums): Recalibration | null {
  const total = totalOf(matured);
  const line = fitLine(logits, binnedScores(total));
  if (line === null || matured.blocks.size < 2) return null;
  const parts: { rows: number; saved: number }[] = [];
  for (const block of matured.blocks.values()) {
    const others = fitLine(logits, binnedScores(total.map((sum, i) => sum - block[i]!)), line);
    if (others === null) return null;
    const rows = binnedScores(block);
    const saved = lossOfLine(unchanged, logits, rows) - lossOfLine(others, logits, rows);
    parts.push({ rows: rowsOf(block).rows, saved });
  }
  return { ...line, gain: meanOver(parts) };
}

/** The mean over rows, whose standard error comes from how far each block is from it. */
function meanOver(parts: readonly { readonly rows: number; readonly saved: number }[]) {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const mean = parts.reduce((sum, part) => sum + part.saved, 0) / rows;
  const squares = parts.reduce((sum, part) => sum + (part.saved - mean * part.rows) ** 2, 0);
  const standardError = Math.sqrt((parts.length / (parts.length - 1)) * squares) / rows;
  return estimateOf(mean, standardError, parts.length);
}
