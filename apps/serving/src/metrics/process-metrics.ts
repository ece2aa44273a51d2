// What every process tells of itself: CPU, memory, garbage collection. From prom-client.

import { collectDefaultMetrics, Registry } from 'prom-client';
import type { Family } from './family.ts';

export interface ProcessMetrics {
  families(): Promise<readonly Family[]>;
}

/**
 * Left out: gauges whose names end in `_total` (promtool refuses them; the same by type stay), and the lag of the event loop, which
 * starts anew at each scrape, so that of two Prometheus servers each sees half (event-loop-delay.ts has it as a histogram).
 */
const leftOut = /^nodejs_(active_\w+_total|eventloop_lag_.*|eventloop_lag)$/;

export function processMetrics(): ProcessMetrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  return {
    async families() {
      const families = (await register.getMetricsAsJSON()) as unknown as readonly Family[];
      return families.filter(({ name }) => !leftOut.test(name)).map(withAggregator);
    },
  };
}

/** Several processes start at the time of the first; what they use adds up. */
function withAggregator(family: Family): Family {
  const { name } = family;
  if (name === 'process_start_time_seconds') return { ...family, aggregator: 'min' };
  return { ...family, aggregator: name === 'nodejs_version_info' ? 'first' : 'sum' };
}
