import { expect, test } from 'vitest';
import { followCost, followPace, runTime } from './run-cost.ts';

test('one run that takes a thousand times as long changes the estimate by less than a third', () => {
  const cost = followCost({ fixedMs: 1, perRowMs: 0.1 });
  cost.observe(10, 2_000);
  expect(runTime(cost.now, 10)).toBeLessThan(2 * 1.31);
});

test('a new pace is followed, up and down again, over all sizes', () => {
  const cost = followCost({ fixedMs: 1, perRowMs: 0.1 });
  for (let run = 0; run < 60; run++) cost.observe(10, 6);
  expect(runTime(cost.now, 10)).toBeCloseTo(6, 1);
  expect(runTime(cost.now, 100)).toBeCloseTo(33, 0);
  for (let run = 0; run < 60; run++) cost.observe(10, 2);
  expect(cost.now.fixedMs).toBeCloseTo(1, 1);
  expect(cost.now.perRowMs).toBeCloseTo(0.1, 2);
});

test('runs that take no time at all leave an estimate above zero', () => {
  const cost = followCost({ fixedMs: 1, perRowMs: 0 });
  for (let run = 0; run < 1_000; run++) cost.observe(1, 0);
  expect(runTime(cost.now, 1)).toBeGreaterThan(0);
  cost.observe(1, 1);
  expect(cost.now.fixedMs).toBeGreaterThan(0);
});

test('the wait for a busy event loop is learned as a cost of runs, not of rows', () => {
  const pace = followPace({ fixedMs: 1, perRowMs: 0.1 });
  for (let run = 0; run < 60; run++) {
    pace.observe(1, 1.1);
    pace.observeWait(100);
  }
  expect(runTime(pace.now, 1)).toBeCloseTo(101, 0);
  expect(pace.now.perRowMs).toBeCloseTo(0.1, 5);
});
