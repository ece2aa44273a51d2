import type { ServiceWindow } from '@flightdeck/admin-api';
import { expect, it } from 'vitest';
import { errorPlot, errorSentence, failedShare, latencyPlot, latencySentence } from './service-plots.ts';

const latencyMs = { p50: 1.234, p95: 5, p99: 20.04 };
const windows: readonly ServiceWindow[] = [
  { version: 1, from: 0, to: 10, answered: 90, failed: 10, failures: { X: 10 }, latencyMs },
  { version: 2, from: 0, to: 10, answered: 0, failed: 5, failures: { X: 5 }, latencyMs: null },
  {
    version: 1,
    from: 10,
    to: 20,
    answered: 100,
    failed: 0,
    failures: {},
    latencyMs: { ...latencyMs, p99: 30 },
  },
];

it('draws a line a version, with a gap where nothing was answered', () => {
  expect(latencyPlot(windows, 'p99').series).toMatchObject([
    {
      name: 'version 1',
      data: [
        [5, 20.04],
        [15, 30],
      ],
      symbol: 'circle',
    },
    { name: 'version 2', data: [[5, null]], symbol: 'rect' },
  ]);
  expect(errorPlot(windows).series).toMatchObject([
    {
      data: [
        [5, 10],
        [15, 0],
      ],
    },
    { data: [[5, 100]] },
  ]);
});

it('says the latest of each version', () => {
  expect(latencySentence(windows, 'p50')).toMatch(/version 1 1.23 ms, version 2 without an answer\.$/);
  expect(errorSentence(windows)).toMatch(/version 1 0.0 % of 100, version 2 100.0 % of 5\.$/);
  expect(failedShare({ answered: 0, failed: 0 })).toBe(0);
});
