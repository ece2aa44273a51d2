import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { placeModel } from './placement.ts';
import { runTime } from './run-cost.ts';

const limits = { maxBatchRows: 1024, inlineBudgetMs: 2 };
const small = 100_000;

describe('in a pool', () => {
  test('a model that runs no useful batch within the budget', () => {
    expect(placeModel({ fixedMs: 0.5, perRowMs: 0.05 }, true, small, limits)).toMatchObject({
      placement: 'pool',
    });
  });

  test('a model that shares no runs and takes longer than the budget for one', () => {
    expect(placeModel({ fixedMs: 2.1, perRowMs: 0 }, false, small, limits)).toMatchObject({
      placement: 'pool',
    });
  });

  test('a model that is cheap to run and takes long to open, for its size', () => {
    expect(placeModel({ fixedMs: 0.1, perRowMs: 0 }, true, 40_000_000, limits)).toMatchObject({
      placement: 'pool',
    });
  });

  test('runs take so many rows as keep them short, or a single one', () => {
    expect(placeModel({ fixedMs: 5, perRowMs: 1 }, true, small, limits).maxBatchRows).toBe(50);
    expect(placeModel({ fixedMs: 5, perRowMs: 900 }, true, small, limits).maxBatchRows).toBe(1);
    expect(placeModel({ fixedMs: 5, perRowMs: 0.001 }, true, small, limits).maxBatchRows).toBe(1024);
  });

  test('where a run costs much whatever is in it, rows may cost as much again', () => {
    expect(placeModel({ fixedMs: 400, perRowMs: 1 }, true, small, limits).maxBatchRows).toBe(400);
  });
});

describe('inline', () => {
  test('a model that runs a useful batch within the budget', () => {
    expect(placeModel({ fixedMs: 0.05, perRowMs: 0.0003 }, true, small, limits)).toEqual({
      placement: 'inline',
      maxBatchRows: 1024,
    });
  });

  test('a batch is all that the limits allow, if they allow less', () => {
    const few = { ...limits, maxBatchRows: 4 };
    expect(placeModel({ fixedMs: 0.5, perRowMs: 0.05 }, true, small, few)).toEqual({
      placement: 'inline',
      maxBatchRows: 4,
    });
  });

  test('a model that shares no runs, if one is within the budget', () => {
    expect(placeModel({ fixedMs: 1.9, perRowMs: 0 }, false, small, limits)).toMatchObject({
      placement: 'inline',
    });
  });

  test('no run is over the budget, and none holds more rows than it may', () => {
    const ms = fc.double({ min: 0.001, max: 20, noNaN: true });
    fc.assert(
      fc.property(
        ms,
        fc.oneof(ms, fc.constant(0)),
        fc.integer({ min: 1, max: 2_000 }),
        (fixedMs, perRowMs, maxBatchRows) => {
          const cost = { fixedMs, perRowMs };
          const placed = placeModel(cost, true, small, { ...limits, maxBatchRows });
          expect(placed.maxBatchRows).toBeGreaterThanOrEqual(1);
          expect(placed.maxBatchRows).toBeLessThanOrEqual(maxBatchRows);
          if (placed.placement === 'inline')
            expect(runTime(cost, placed.maxBatchRows)).toBeLessThanOrEqual(limits.inlineBudgetMs + 1e-9);
        },
      ),
    );
  });
});
