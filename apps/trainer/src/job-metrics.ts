// What Prometheus scrapes of a trainer: the attempts that ended here, and what the process itself uses. What waits and what failed for good
// is the queue's to tell, through the controller: a trainer that was killed tells nobody.

import type { JobEnd } from '@flightdeck/queue';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export interface JobMetrics {
  ended(end: JobEnd): void;
  render(): Promise<string>;
}

const stages = ['snapshot', 'trial', 'conclude', 'recalibrate'] as const;
const kinds = ['train', ...stages] as const;
const results = ['completed', 'failed', 'retried'] as const;

/** Gauges that end in `_total`, which promtool refuses; the same by type stay. */
const misnamed = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

export function jobMetrics(): JobMetrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  for (const name of misnamed) register.removeSingleMetric(name);
  const attempts = new Counter({
    name: 'flightdeck_trainer_attempts_total',
    help: 'Attempts at jobs that ended in this trainer, by kind of job and result (retried: failed, and to be tried again).',
    labelNames: ['kind', 'result'],
    registers: [register],
  });
  const durations = new Histogram({
    name: 'flightdeck_trainer_attempt_duration_seconds',
    help: 'Time that attempts at jobs took in this trainer, by kind of job.',
    labelNames: ['kind'],
    buckets: [1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600],
    registers: [register],
  });
  for (const kind of kinds) {
    durations.zero({ kind });
    for (const result of results) attempts.inc({ kind, result }, 0);
  }
  return {
    ended({ name, result, seconds }) {
      const kind = kindOf(name);
      attempts.inc({ kind, result });
      durations.observe({ kind }, seconds);
    },
    render: () => register.metrics(),
  };
}

/** Trials are numbered, and a training's job has its model's name: neither may become a label. */
function kindOf(name: string): (typeof kinds)[number] {
  return stages.find((stage) => name.replace(/-\d+$/, '') === stage) ?? 'train';
}
