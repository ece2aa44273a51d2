// What is served at the moment of the scrape: which versions, where they run, what they cost, what waits for them.

import { modelsOf, type Variant } from '../state/lineup.ts';
import type { ServedEndpoint } from '../state/served-endpoint.ts';
import type { Family, Sample } from './family.ts';
import { gauge } from './instruments.ts';

export function stateGauges(endpoints: readonly ServedEndpoint[]): readonly Family[] {
  const served = endpoints.flatMap(({ name, loaded }) => (loaded === null ? [] : [{ name, loaded }]));
  const each = (value: (loaded: (typeof served)[number]['loaded']) => number): Sample[] =>
    served.map(({ name, loaded }) => ({ labels: { model: name }, value: value(loaded) }));
  const lineups = endpoints.flatMap(({ name, lineup }) => (lineup === null ? [] : [{ name, lineup }]));
  return [
    gauge(
      {
        name: 'flightdeck_model_info',
        help: 'A version that is served now, and where its runs happen (inline: on the event loop, pool: in threads); always 1.',
      },
      'max',
      lineups.flatMap(({ name, lineup }) =>
        modelsOf(lineup).map(({ version, runtime }) => ({
          labels: {
            model: name,
            version: String(version.version),
            digest: version.digest,
            placement: runtime.placement,
          },
          value: 1,
        })),
      ),
    ),
    gauge(
      {
        name: 'flightdeck_traffic_share',
        help: 'The share of requests that a version is to answer (role traffic), or to be asked about besides (role shadow).',
      },
      'max',
      lineups.flatMap(({ name, lineup }) => [
        ...lineup.variants.map((variant) => shareOf(name, 'traffic', variant)),
        ...lineup.shadows.map((shadow) => shareOf(name, 'shadow', shadow)),
      ]),
    ),
    gauge(
      {
        name: 'flightdeck_model_diverged',
        help: '1 while the endpoint cannot be brought to its desired version (GET /v1/models says why), else 0.',
      },
      'max',
      endpoints.map(({ name, failure }) => ({ labels: { model: name }, value: failure === null ? 0 : 1 })),
    ),
    gauge(
      { name: 'flightdeck_queued_rows', help: 'Rows that wait for a run of the served version.' },
      'sum',
      each(({ runtime }) => runtime.load.queuedRows),
    ),
    gauge(
      { name: 'flightdeck_running_runs', help: 'Runs of the served version that are under way.' },
      'sum',
      each(({ runtime }) => runtime.load.running),
    ),
    gauge(
      {
        name: 'flightdeck_model_run_fixed_seconds',
        help: 'What a run costs before its first row, as measured.',
      },
      'max',
      each(({ runtime }) => runtime.cost.fixedMs / 1000),
    ),
    gauge(
      {
        name: 'flightdeck_model_run_row_seconds',
        help: 'What each row adds to the cost of a run, as measured.',
      },
      'max',
      each(({ runtime }) => runtime.cost.perRowMs / 1000),
    ),
    gauge(
      {
        name: 'flightdeck_model_memory_bytes',
        help: 'An estimate of what the served version takes, in all workers together.',
      },
      'sum',
      each(({ runtime }) => runtime.memoryBytes),
    ),
  ];
}

function shareOf(
  model: string,
  role: 'traffic' | 'shadow',
  { target, model: loaded, share }: Variant,
): Sample {
  return { labels: { model, version: String(loaded.version.version), target, role }, value: share };
}
