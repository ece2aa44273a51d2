import type { Trial } from '@flightdeck/admin-api';
import { expect, it } from 'vitest';
import { bestTrial, parallelOption, trialNames } from './trial-axes.ts';

const trial = (parameters: Trial['parameters'], logLoss: number | null): Trial => ({
  parameters,
  ...(logLoss === null
    ? { metrics: null, problem: 'It diverged.' }
    : { metrics: { logLoss }, problem: null }),
});

it('chooses none where none was measured, and the first of equal ones', () => {
  expect(bestTrial([])).toBeUndefined();
  expect(bestTrial([trial({}, null)])).toBeUndefined();
  expect(bestTrial([trial({}, 0.3), trial({ rate: 1 }, 0.2), trial({ rate: 2 }, 0.2)])).toBe(1);
});

it('has an axis for whatever any trial changed or was measured by', () => {
  const trials = [trial({}, 0.3), trial({ rate: 1, hidden: '64-32' }, null)];
  expect(trialNames(trials)).toEqual({ parameters: ['rate', 'hidden'], metrics: ['logLoss'] });
});

it('puts numbers on a scale where every trial has one, and else names what was declared', () => {
  const numbers = parallelOption([trial({ rate: 1 }, 0.3), trial({ rate: 3 }, 0.2)], {});
  expect(numbers.parallelAxis[0]).toMatchObject({ name: 'rate', type: 'value' });
  expect(numbers.series[0]!.data[1]).toMatchObject({ value: [3, 0.2], lineStyle: { width: 4 } });

  const mixed = parallelOption([trial({}, 0.3), trial({ rate: 10 }, 0.2), trial({ rate: 9 }, null)], {});
  expect(mixed.parallelAxis[0]).toMatchObject({ type: 'category', data: ['as declared', '9', '10'] });
  expect(mixed.series[0]!.data.map(({ value }) => value)).toEqual([
    ['as declared', 0.3],
    ['10', 0.2],
    ['9', '-'],
  ]);
});

it('draws what was declared where a trial changed nothing', () => {
  const { parallelAxis, series } = parallelOption([trial({}, 0.3), trial({ rate: 3 }, 0.2)], {
    rate: 2,
    depth: 1,
  });
  expect(parallelAxis.map(({ name, type }) => [name, type])).toEqual([
    ['rate', 'value'],
    ['Log loss', 'value'],
  ]);
  expect(series[0]!.data.map(({ value }) => value)).toEqual([
    [2, 0.3],
    [3, 0.2],
  ]);
});
