import { expect, it } from 'vitest';
import { nearestRank, spread } from './questions.ts';

it('a percentile is a value that was measured: the smallest that enough of them do not exceed', () => {
  const values = [5, 1, 4, 2, 3];
  expect([0.5, 0.8, 0.99, 1, 0].map((share) => nearestRank(values, share))).toEqual([3, 4, 5, 5, 1]);
});

it('shows rows from the least likely to the most likely, each once, however few there are', () => {
  const rows = [0.9, 0.1, 0.5, 0.3, 0.7, 0.2].map((probability) => ({
    time: '',
    input: {},
    probability,
    label: true,
  }));
  const shown = (count: number, wanted: number) =>
    spread(rows.slice(0, count), wanted).map(({ probability }) => probability);
  expect(shown(6, 3)).toEqual([0.1, 0.5, 0.9]);
  expect(shown(2, 5)).toEqual([0.1, 0.9]);
  expect(shown(1, 5)).toEqual([0.9]);
});
