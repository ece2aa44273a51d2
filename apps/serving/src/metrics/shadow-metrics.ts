// What is counted of shadow traffic: how much there was, what it took, and how far its scores were from the answers'. Series go with
// the versions that an endpoint serves, so that many rollouts do not leave their own behind.

import type { Asked } from '../data-plane.ts';
import type { ShadowAnswer } from '../shadows.ts';
import type { LoadedModel } from '../state/model-loader.ts';
import type { Change } from '../state/served-endpoint.ts';
import type { Family } from './family.ts';
import { counter, histogram } from './instruments.ts';

export interface ShadowMetrics {
  shadowAnswered(answer: ShadowAnswer): void;
  shadowSkipped(asked: Asked, shadow: LoadedModel): void;
  changed(change: Change): void;
  families(): readonly Family[];
}

export function shadowMetrics(): ShadowMetrics {
  const { requests, durations, differences } = declareInstruments();
  const versionOf = ({ version }: LoadedModel) => String(version.version);

  return {
    shadowAnswered({ asked: { endpoint }, shadow, latencyMs, scores, answeredScores, failure }) {
      const version = versionOf(shadow);
      requests.series(endpoint, version, failure === null ? 'answered' : 'failed').add(1);
      durations.series(endpoint, version).observe(latencyMs / 1000);
      if (scores === null || answeredScores === null) return;
      const series = differences.series(endpoint, version);
      for (let row = 0; row < scores.length; row++)
        series.observe(Math.abs(scores[row]! - answeredScores[row]!));
    },
    shadowSkipped({ endpoint }, shadow) {
      requests.series(endpoint, versionOf(shadow), 'skipped').add(1);
    },
    changed(change) {
      if (change.kind !== 'loaded' && change.kind !== 'rerouted') return;
      const served = change.versions.map(String);
      const isOver = ({ model, version }: Readonly<Record<string, string>>) =>
        model === change.endpoint && !served.includes(version!);
      for (const instrument of [requests, durations, differences]) instrument.forget(isOver);
    },
    families: () => [requests, durations, differences].map((instrument) => instrument.family()),
  };
}

function declareInstruments() {
  return {
    requests: counter({
      name: 'flightdeck_shadow_requests_total',
      help: 'Requests that a shadow version was asked about too, by what became of it (answered, failed, skipped under load).',
      labelNames: ['model', 'version', 'result'],
    }),
    durations: histogram({
      name: 'flightdeck_shadow_duration_seconds',
      help: "Time of a shadow's answer, from the end of the answer it shadows.",
      labelNames: ['model', 'version'],
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    }),
    differences: histogram({
      name: 'flightdeck_shadow_score_difference',
      help: "How far a shadow's probability was from the answer's.",
      labelNames: ['model', 'version'],
      buckets: [0.0001, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
    }),
  };
}
