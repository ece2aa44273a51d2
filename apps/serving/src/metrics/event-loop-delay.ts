// How long the event loop leaves waiting what is due: a slow run, a large body, a long collection of garbage show here.

import type { Family } from './family.ts';
import { type HistogramSeries, histogram } from './instruments.ts';

/** Samples from now on, for as long as the process lives. */
export function eventLoopDelay(): { family(): Family } {
  const delay = histogram({
    name: 'flightdeck_event_loop_delay_seconds',
    help: 'How long something that was due had to wait for the event loop, sampled every 20 ms.',
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  });
  sampleDelay(delay.series());
  return delay;
}

const sampleMs = 20;

/**
 * A delay of a second makes one sample late; the 49 that it swallowed would have been late too, each 20 ms less than the one before.
 * Without them a blocked loop would look 50 times rarer than it was.
 */
function sampleDelay(delay: HistogramSeries): void {
  let due = performance.now() + sampleMs;
  const sample = () => {
    const now = performance.now();
    let late = Math.max(0, now - due);
    due = now + sampleMs;
    for (; late >= 0; late -= sampleMs) delay.observe(late / 1000);
  };
  setInterval(sample, sampleMs).unref();
}
