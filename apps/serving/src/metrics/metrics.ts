// What serving tells Prometheus. Every label takes its values from the registry, the routes or the error codes, never from a
// caller, so that nobody can create series by sending requests.

import type { ServedEndpoint } from '../state/served-endpoint.ts';
import { eventLoopDelay } from './event-loop-delay.ts';
import type { Family } from './family.ts';
import { type LogState, logCounters } from './log-counters.ts';
import { type ModelMetrics, modelMetrics } from './model-metrics.ts';
import { processMetrics } from './process-metrics.ts';
import { type RequestMetrics, requestMetrics } from './request-metrics.ts';
import { type ShadowMetrics, shadowMetrics } from './shadow-metrics.ts';
import { stateGauges } from './state-gauges.ts';

export interface ServingMetrics
  extends Pick<ModelMetrics, 'answered' | 'batched' | 'changed' | 'lookupExpected' | 'lookupFailed'>,
    Pick<ShadowMetrics, 'shadowAnswered' | 'shadowSkipped'> {
  /** Hooks itself into the server. */
  observe: RequestMetrics['observe'];
  /** All that there is to tell now. */
  families(): Promise<readonly Family[]>;
}

/** Both are read at every scrape: what is served at that moment, and how the prediction log does, where there is one. */
export function servingMetrics(
  endpoints: () => readonly ServedEndpoint[],
  log: () => LogState | null = () => null,
): ServingMetrics {
  const models = modelMetrics();
  const ofShadows = shadowMetrics();
  const requests = requestMetrics();
  const delay = eventLoopDelay();
  const ofProcess = processMetrics();
  return {
    answered: models.answered,
    batched: models.batched,
    lookupExpected: models.lookupExpected,
    lookupFailed: models.lookupFailed,
    changed(change) {
      models.changed(change);
      ofShadows.changed(change);
    },
    shadowAnswered: ofShadows.shadowAnswered,
    shadowSkipped: ofShadows.shadowSkipped,
    observe: requests.observe,
    families: async () => [
      ...requests.families(),
      ...models.families(),
      ...ofShadows.families(),
      ...stateGauges(endpoints()),
      ...logCounters(log()),
      delay.family(),
      ...(await ofProcess.families()),
    ],
  };
}
