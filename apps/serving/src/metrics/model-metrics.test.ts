import { tensorRows } from '@flightdeck/inference';
import { expect, test } from 'vitest';
import type { Answered } from '../data-plane.ts';
import { modelMetrics } from './model-metrics.ts';

test('the stages of a request follow each other without a gap', () => {
  const metrics = modelMetrics();
  const trail = { inferredAt: 0, serialise: null };
  const context = { transport: 'v2', arrivedAt: 1000, parsedAt: 1001, trail };
  const rows = tensorRows([{ name: 'a', type: 'float32', shape: ['N'] }], {
    a: { type: 'float32', dims: [2], data: Float32Array.of(1, 2) },
  });
  const answered = {
    endpoint: 'sum',
    model: { version: { version: 1 }, signature: { kind: 'tensors' } },
    request: { rows, context },
    readAt: 1003,
    inference: { outputs: {}, queueMs: 4, runMs: 8 },
  };
  metrics.answered(answered as unknown as Answered);
  const { inferredAt, serialise } = trail as unknown as Answered['request']['context']['trail'];
  expect(inferredAt).toBe(1015);
  serialise!.observe(0.016);

  const stages = metrics.families().find(({ name }) => name === 'flightdeck_stage_duration_seconds')!;
  const sums = stages.values.filter(
    ({ metricName, labels }) => metricName!.endsWith('_sum') && labels.transport === 'v2',
  );
  expect(sums.map(({ labels, value }) => [labels.stage, value])).toEqual([
    ['parse', 0.001],
    ['features', 0.002],
    ['queue', 0.004],
    ['run', 0.008],
    ['serialise', 0.016],
  ]);
});
