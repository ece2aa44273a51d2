// Where a model's runs happen, and how many rows they take at most, from what a run costs.

import type { InferenceLimits } from './inference-model.ts';
import { type RunCost, runTime } from './run-cost.ts';

export interface Placement {
  readonly placement: 'inline' | 'pool';
  readonly maxBatchRows: number;
}

/** Fewer rows a run are no batch to speak of: a model that cannot run these within the budget is dear. */
const usefulRows = 32;
/** Opening a session costs some 2 ms a megabyte, at once: a file beyond this would hold the event loop for too long once. */
const largestInlineBytes = 32 * 1024 * 1024;
/**
 * Runs in a pool are kept below this, for who comes in the middle of one waits for its end, and for that of one that was handed over
 * ahead. Where a run's fixed cost is higher, the rows may cost as much again.
 */
const longestPoolRunMs = 50;

export function placeModel(
  { fixedMs, perRowMs }: RunCost,
  isBatching: boolean,
  bytes: number,
  { maxBatchRows, inlineBudgetMs }: Pick<InferenceLimits, 'maxBatchRows' | 'inlineBudgetMs'>,
): Placement {
  const rowsWithin = (ms: number) => Math.max(1, Math.min(maxBatchRows, Math.floor(ms / perRowMs)));
  const useful = isBatching ? Math.min(usefulRows, maxBatchRows) : 1;
  const isCheap = runTime({ fixedMs, perRowMs }, useful) <= inlineBudgetMs;
  if (isCheap && bytes <= largestInlineBytes)
    return { placement: 'inline', maxBatchRows: rowsWithin(inlineBudgetMs - fixedMs) };
  return { placement: 'pool', maxBatchRows: rowsWithin(Math.max(longestPoolRunMs, fixedMs)) };
}
