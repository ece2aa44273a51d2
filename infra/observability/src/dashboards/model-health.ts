// Are the answers still good? Matured quality first, then inputs, then drift, which explains the others and is hardly ever a reason to act.

import type { Dashboard } from './dashboard.ts';
import { bars, heat, lines, type Panel, stat, words } from './panels.ts';

const report = 'endpoint=~"$endpoint", window=~"$window"';
const served = 'model=~"$endpoint"';

function quality(title: string, metric: string, description: string): Panel {
  const by = 'max by (endpoint, version, window)';
  return lines({
    ...{ title, description, width: 6, unit: 'short', decimals: 3 },
    queries: [
      {
        expr: `${by} (flightdeck_report_quality{metric="${metric}", ${report}})`,
        legend: 'v{{version}} {{window}}',
      },
      {
        expr: `${by} (flightdeck_report_quality_promised{metric="${metric}", ${report}})`,
        legend: 'promised, v{{version}} {{window}}',
      },
    ],
  });
}

export const modelHealth: Dashboard = {
  uid: 'model-health',
  title: 'Flightdeck: model health',
  description: 'Matured quality, inputs, drift, and what the reports conclude.',
  variables: [
    { name: 'endpoint', label: 'Endpoint', query: 'label_values(flightdeck_report_verdict, endpoint)' },
    {
      name: 'window',
      label: 'Window',
      query: 'label_values(flightdeck_report_verdict{endpoint=~"$endpoint"}, window)',
    },
  ],
  alerts: [
    'ModelQualityDegraded',
    'ModelInputsDegraded',
    'ModelDrift',
    'FeaturesStale',
    'FeatureLookupsFail',
    'PredictionLogLosesRows',
  ],
  rows: [
    {
      title: 'The latest reports',
      height: 5,
      panels: [
        words({
          title: 'Verdicts',
          description:
            'By section. drifted and degraded are alarms: enough rows, an effect that matters, no chance, and as many windows in a row as declared.',
          width: 12,
          queries: [
            {
              expr: `max by (window, section, verdict) (flightdeck_report_verdict{${report}}) == 1`,
              legend: '{{window}} {{section}}: {{verdict}}',
            },
          ],
        }),
        words({
          title: 'What a loss comes from',
          description:
            'calibration: a recalibration mends it in seconds. ranking: retrain. none: nothing exceeds its margin, or too few labels are known.',
          width: 4,
          queries: [
            {
              expr: `max by (window, cause) (flightdeck_report_cause{${report}}) == 1`,
              legend: '{{window}}: {{cause}}',
            },
          ],
        }),
        stat({
          title: 'Labels known',
          description:
            'Share of answered predictions of the window whose label is known. Below 90 % quality is not judged.',
          ...{ width: 3, unit: 'percentunit', decimals: 1 },
          steps: [
            [0, 'orange'],
            [0.9, 'green'],
          ],
          queries: [
            {
              expr: `min by (window) (flightdeck_report_label_coverage_ratio{${report}})`,
              legend: '{{window}}',
            },
          ],
        }),
        stat({
          title: 'Windows end at',
          description: 'Event time. In a replay it is the time of the data.',
          ...{ width: 5, unit: 'dateTimeAsIso' },
          queries: [
            {
              expr: `1000 * max by (window) (flightdeck_report_window_end_timestamp_seconds{${report}})`,
              legend: '{{window}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Matured quality, and what the evaluation promised of the same window',
      height: 8,
      panels: [
        quality('ROC-AUC', 'rocAuc', 'How well the scores rank. Higher is better; only retraining mends it.'),
        quality('Calibration error', 'ece', 'How far probabilities are from frequencies. Lower is better.'),
        quality(
          'Log loss',
          'logLoss',
          'Lower is better; it rises with the share of positives, which the promise takes into account.',
        ),
        quality('Brier score', 'brier', 'Lower is better.'),
      ],
    },
    {
      title: 'What comes out, before any label is known',
      height: 8,
      panels: [
        heat({
          title: 'Scores',
          description: 'How many predictions had which probability.',
          ...{ width: 8, unit: 'short' },
          queries: [
            {
              expr: `sum by (le) (increase(flightdeck_prediction_score_bucket{${served}}[$__rate_interval]))`,
              legend: '{{le}}',
            },
          ],
        }),
        lines({
          title: 'Mean score by version',
          description: 'A canary that says something else shows here first.',
          ...{ width: 8, unit: 'percentunit', min: 0 },
          queries: [
            {
              expr:
                `sum by (model, version) (rate(flightdeck_prediction_score_sum{${served}}[$__rate_interval])) / ` +
                `sum by (model, version) (rate(flightdeck_prediction_score_count{${served}}[$__rate_interval]))`,
              legend: '{{model}} v{{version}}',
            },
          ],
        }),
        lines({
          title: 'What a recalibration would save',
          description:
            'Log loss that a new line through the logits saves, on rows that it was not fitted on. In nats.',
          ...{ width: 8, unit: 'short', decimals: 4, noValue: 'Too few labels.' },
          queries: [
            {
              expr: `max by (endpoint, version, window) (flightdeck_report_recalibration_gain{${report}})`,
              legend: 'v{{version}} {{window}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Inputs',
      height: 9,
      panels: [
        bars({
          title: 'Bad values in the report, the ten worst',
          description:
            'Share of rows in which a check found something. What training saw of the same is no fault, and is in it.',
          ...{ width: 8, unit: 'percentunit', min: 0 },
          steps: [
            [0.02, 'orange'],
            [0.05, 'red'],
          ],
          queries: [
            {
              expr: `topk(10, max by (feature, check) (flightdeck_report_bad_values_ratio{${report}}))`,
              legend: '{{feature}}: {{check}}',
            },
          ],
        }),
        lines({
          title: 'Defaults that stand in, stale and unknown values',
          description: 'Share of predictions, now; the five worst features of each.',
          ...{ width: 8, unit: 'percentunit', min: 0 },
          queries: (
            [
              ['defaulted_values', 'default'],
              ['stale_values', 'stale'],
              ['unknown_categories', 'unknown'],
            ] as const
          ).map(([metric, legend]) => ({
            expr:
              `topk(5, sum by (model, feature) (rate(flightdeck_${metric}_total{${served}}[$__rate_interval])) / on (model) group_left ` +
              `sum by (model) (rate(flightdeck_predictions_total{${served}}[$__rate_interval])))`,
            legend: `{{feature}} ${legend}`,
          })),
        }),
        lines({
          title: 'Lookups that fail, rows that are lost',
          description:
            'Both are zero where all is well: lookups of features, and rows of the prediction log.',
          ...{ width: 8, unit: 'ops', min: 0 },
          queries: [
            {
              expr: 'sum(rate(flightdeck_feature_lookup_failures_total[$__rate_interval])) or vector(0)',
              legend: 'lookups that failed',
            },
            {
              expr: 'sum(rate(flightdeck_prediction_log_rows_total{result="dropped"}[$__rate_interval]))',
              legend: 'rows dropped',
            },
          ],
        }),
      ],
    },
    {
      title: 'Drift: information, and no reason to act while quality holds',
      height: 9,
      panels: [
        bars({
          title: 'Stability index, the ten largest',
          description:
            'Against training, above what chance contributes. Alarms: above 4 for a day, above 0.2 for a week, several windows in a row.',
          ...{ width: 12, unit: 'short', decimals: 2, min: 0 },
          steps: [
            [0.2, 'orange'],
            [4, 'red'],
          ],
          queries: [
            {
              expr: `topk(10, max by (feature) (flightdeck_report_stability_index{${report}}))`,
              legend: '{{feature}}',
            },
          ],
        }),
        lines({
          title: 'Stability index of the score',
          description: 'Have the answers moved?',
          ...{ width: 6, unit: 'short', decimals: 2 },
          queries: [
            {
              expr: `max by (version, window) (flightdeck_report_stability_index{feature="score", ${report}})`,
              legend: 'v{{version}} {{window}}',
            },
          ],
        }),
        lines({
          title: 'Predictions in the window',
          description: 'What the reports are made of, by outcome.',
          ...{ width: 6, unit: 'short', min: 0 },
          queries: [
            {
              expr: `sum by (window, outcome) (flightdeck_report_predictions{${report}})`,
              legend: '{{window}} {{outcome}}',
            },
          ],
        }),
      ],
    },
  ],
};
