import type { SliceEvaluation } from '@flightdeck/admin-api';
import { expect, it } from 'vitest';
import { comparableSlices } from './slices.ts';

const interval = (value: number) => ({ value, low: value, high: value });
const slice = (value: string, rocAuc: number | null): SliceEvaluation => ({
  ...{ slice: 'hour', value, rows: 600, positives: 60, meanScore: 0.1 },
  metrics: rocAuc === null ? null : { rocAuc: interval(rocAuc), ece: interval(0) },
});

it('leaves out what one side lacks or cannot say', () => {
  const first = [slice('05', 0.9), slice('06', null), slice('07', 0.8)];
  expect(comparableSlices(first, [slice('05', null), slice('06', 0.9)])).toEqual([]);
});

it('pairs the rest, whatever their order', () => {
  const second = [slice('06', 0.7), slice('05', 0.8)];
  expect(comparableSlices([slice('05', 0.9), slice('06', 0.6)], second)).toMatchObject([
    { value: '05', rows: [600, 600], metrics: { rocAuc: [{ value: 0.9 }, { value: 0.8 }] } },
    { value: '06', metrics: { rocAuc: [{ value: 0.6 }, { value: 0.7 }] } },
  ]);
});
