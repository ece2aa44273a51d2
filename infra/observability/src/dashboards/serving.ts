// Does it answer, fast enough, and where does the time go? With the objectives first.

import type { Dashboard } from './dashboard.ts';
import { lines, stat } from './panels.ts';

const route = 'route=~"/v1/.+/predict|/v2/.+/infer|/invocations"';
const endpoint = 'model=~"$endpoint"';
const rate = (metric: string, labels: string) => `rate(${metric}{${labels}}[$__rate_interval])`;
const quantile = (q: number, by: string, of: string) => `histogram_quantile(${q}, sum by (${by}) (${of}))`;

export const serving: Dashboard = {
  uid: 'serving',
  title: 'Flightdeck: serving',
  description: 'Objectives, requests, where the time goes, which version answers.',
  variables: [{ name: 'endpoint', label: 'Endpoint', query: 'label_values(flightdeck_model_info, model)' }],
  alerts: [
    ...['PredictionErrorsBurnFast', 'PredictionErrorsBurnSlowly', 'PredictionLatencyBurnsFast'],
    ...['PredictionLatencyBurnsSlowly', 'InstanceDown', 'ServiceMissing', 'EventLoopBlocked'],
    ...['ModelNotConverging', 'PredictionLogLosesRows', 'FeaturesStale', 'FeatureLookupsFail'],
    'ShadowTrafficMissing',
  ],
  rows: [
    {
      title: 'Objectives: 99.9 % answered, 99 % of answers within 250 ms',
      height: 5,
      panels: [
        stat({
          title: 'Answered, last hour',
          description:
            'Share of prediction requests that got an answer: neither 5xx nor refused as OVERLOADED.',
          ...{ width: 4, unit: 'percentunit', decimals: 2, graph: true },
          steps: [
            [0, 'red'],
            [0.99, 'orange'],
            [0.999, 'green'],
          ],
          queries: [{ expr: '1 - job:flightdeck_predict_errors:ratio_rate1h', legend: 'answered' }],
        }),
        stat({
          title: 'Within 250 ms, last hour',
          description:
            'Share of good answers that took at most 250 ms, from the arrival of the request to the end of its answer.',
          ...{ width: 4, unit: 'percentunit', decimals: 2, graph: true },
          steps: [
            [0, 'red'],
            [0.95, 'orange'],
            [0.99, 'green'],
          ],
          queries: [{ expr: '1 - job:flightdeck_predict_slow:ratio_rate1h', legend: 'in time' }],
        }),
        lines({
          title: 'How fast the error budgets burn',
          description:
            '1 spends the budget in exactly 30 days. Somebody is paged at 14.4 over an hour, or 6 over six hours, if the last minutes are as bad.',
          ...{ width: 10, unit: 'short', min: 0 },
          steps: [
            [6, 'orange'],
            [14.4, 'red'],
          ],
          queries: [
            { expr: 'job:flightdeck_predict_errors:ratio_rate5m / 0.001', legend: 'errors, 5 min' },
            { expr: 'job:flightdeck_predict_errors:ratio_rate1h / 0.001', legend: 'errors, 1 h' },
            { expr: 'job:flightdeck_predict_slow:ratio_rate5m / 0.01', legend: 'slow, 5 min' },
            { expr: 'job:flightdeck_predict_slow:ratio_rate1h / 0.01', legend: 'slow, 1 h' },
          ],
        }),
        stat({
          title: 'Instances',
          description: 'Instances of serving that answer their scrapes.',
          ...{ width: 3, unit: 'none' },
          steps: [
            [0, 'red'],
            [1, 'green'],
          ],
          queries: [{ expr: 'sum(up{job="serving"})', legend: 'up' }],
        }),
        stat({
          title: 'Predictions',
          description: 'Predictions answered a second: one a row, whatever number of rows share a request.',
          ...{ width: 3, unit: 'ops', graph: true },
          queries: [
            { expr: `sum(${rate('flightdeck_predictions_total', endpoint)})`, legend: 'predictions' },
          ],
        }),
      ],
    },
    {
      title: 'Requests',
      height: 8,
      panels: [
        lines({
          title: 'Prediction requests by status',
          description: '4xx are mistakes of callers, or 429 where there is no room.',
          ...{ width: 8, unit: 'reqps', min: 0, stacked: true },
          queries: [
            {
              expr: `sum by (status) (${rate('http_request_duration_seconds_count', route)})`,
              legend: '{{status}}',
            },
          ],
        }),
        lines({
          title: 'Latency of answers',
          description: 'From the arrival of the request to the end of its answer. The line is the objective.',
          ...{ width: 8, unit: 's', min: 0, steps: [[0.25, 'red']] },
          queries: [0.5, 0.9, 0.99].map((q) => ({
            expr: quantile(q, 'le', rate('http_request_duration_seconds_bucket', `${route}, status="2xx"`)),
            legend: `p${q * 100}`,
          })),
        }),
        lines({
          title: 'Errors by code',
          description:
            'Of all routes. OVERLOADED and what ends in 5xx say something about serving; the rest is about callers.',
          ...{ width: 8, unit: 'reqps', min: 0 },
          queries: [
            { expr: 'sum by (code) (rate(flightdeck_errors_total[$__rate_interval]))', legend: '{{code}}' },
          ],
        }),
      ],
    },
    {
      title: 'Where the time goes',
      height: 8,
      panels: [
        lines({
          title: 'Mean time by stage',
          description:
            'parse: headers to body. features: body to rows, with lookups. queue: waiting for a run. run: the model. serialise: outputs to the end of the answer.',
          ...{ width: 8, unit: 's', min: 0, stacked: true },
          queries: [
            {
              expr:
                `sum by (stage) (${rate('flightdeck_stage_duration_seconds_sum', endpoint)}) / ` +
                `sum by (stage) (${rate('flightdeck_stage_duration_seconds_count', endpoint)})`,
              legend: '{{stage}}',
            },
          ],
        }),
        lines({
          title: 'Rows in a run',
          description: 'The size of batches: requests that come together share a run.',
          ...{ width: 4, unit: 'short', min: 0 },
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'le', 'rate(flightdeck_run_rows_bucket[$__rate_interval])'),
            legend: `p${q * 100}`,
          })),
        }),
        lines({
          title: 'Time of a run',
          description: 'One run of the model, whatever number of requests share it.',
          ...{ width: 4, unit: 's', min: 0 },
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'model, le', 'rate(flightdeck_run_duration_seconds_bucket[$__rate_interval])'),
            legend: `{{model}} p${q * 100}`,
          })),
        }),
        lines({
          title: 'Event loop: how late, p99',
          description: 'What was due had to wait so long. Above 250 ms for ten minutes somebody hears of it.',
          ...{ width: 4, unit: 's', min: 0, steps: [[0.25, 'red']] },
          queries: [
            {
              expr: quantile(
                0.99,
                'instance, le',
                'rate(flightdeck_event_loop_delay_seconds_bucket[$__rate_interval])',
              ),
              legend: '{{instance}}',
            },
          ],
        }),
        lines({
          title: 'Rows that wait, requests in flight',
          description: 'Rows that wait for a run of the served version, and requests without a whole answer.',
          ...{ width: 4, unit: 'short', min: 0 },
          queries: [
            { expr: `sum(flightdeck_queued_rows{${endpoint}})`, legend: 'rows' },
            { expr: 'sum(http_requests_in_flight)', legend: 'requests' },
          ],
        }),
      ],
    },
    {
      title: 'Versions',
      height: 8,
      panels: [
        lines({
          title: 'Predictions by version',
          description: 'Which version answered. A rollout shows as one version taking over from another.',
          ...{ width: 8, unit: 'ops', min: 0, stacked: true },
          queries: [
            {
              expr: `sum by (model, version) (${rate('flightdeck_predictions_total', endpoint)})`,
              legend: '{{model}} v{{version}}',
            },
          ],
        }),
        lines({
          title: 'Declared shares',
          description:
            'What the registry wants of each version: answers (traffic), or being asked beside (shadow).',
          ...{ width: 4, unit: 'percentunit', min: 0, max: 1 },
          queries: [
            {
              expr: `max by (model, version, role) (flightdeck_traffic_share{${endpoint}})`,
              legend: '{{model}} v{{version}} {{role}}',
            },
          ],
        }),
        lines({
          title: 'Shadow requests by result',
          description:
            'skipped: there was no room for it. Zero without a rollout; see ShadowTrafficMissing for a zero with one.',
          ...{ width: 4, unit: 'reqps', min: 0 },
          queries: [
            {
              expr:
                `sum by (model, result) (${rate('flightdeck_shadow_requests_total', endpoint)}) or ` +
                `0 * sum by (model) (${rate('flightdeck_predictions_total', endpoint)})`,
              legend: '{{model}} {{result}}',
            },
          ],
        }),
        lines({
          title: 'How far shadows are from the answers',
          description:
            "Difference between the candidate's probability and the one that was answered, on the same rows.",
          ...{ width: 4, unit: 'short', min: 0, noValue: 'No shadow is asked.' },
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(
              q,
              'model, version, le',
              rate('flightdeck_shadow_score_difference_bucket', endpoint),
            ),
            legend: `{{model}} v{{version}} p${q * 100}`,
          })),
        }),
        lines({
          title: 'Not at the desired version',
          description:
            '1 while an endpoint cannot be brought to what the registry wants; the version before answers on.',
          ...{ width: 4, unit: 'none', min: 0, max: 1 },
          queries: [{ expr: `max by (model) (flightdeck_model_diverged{${endpoint}})`, legend: '{{model}}' }],
        }),
      ],
    },
  ],
};
