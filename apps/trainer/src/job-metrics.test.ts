import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { jobMetrics } from './job-metrics.ts';

it('counts attempts by kind and result, and takes neither a model nor a number for a kind', async () => {
  const metrics = jobMetrics();
  for (const name of ['flight-delay', 'trial-0', 'trial-11', 'conclude'])
    metrics.ended({ name, result: 'completed', seconds: 2 });
  metrics.ended({ name: 'trial-0', result: 'retried', seconds: 1 });
  const text = await metrics.render();
  for (const line of [
    'flightdeck_trainer_attempts_total{kind="train",result="completed"} 1',
    'flightdeck_trainer_attempts_total{kind="trial",result="completed"} 2',
    'flightdeck_trainer_attempts_total{kind="trial",result="retried"} 1',
    'flightdeck_trainer_attempts_total{kind="snapshot",result="failed"} 0',
    'flightdeck_trainer_attempt_duration_seconds_sum{kind="trial"} 5',
  ])
    expect(text).toContain(line);
  expect(text).not.toMatch(/flight-delay|trial-/);
});

const promtool = spawnSync('promtool', ['--version']).status === 0;
if (!promtool)
  console.warn('promtool is not on PATH (Debian: prometheus): the metrics are not checked with it.');

it.skipIf(!promtool)('promtool has nothing to say against them', async () => {
  const input = await jobMetrics().render();
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
