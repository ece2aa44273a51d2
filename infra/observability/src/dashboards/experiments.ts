// Is a variant better? First whether the experiment is sound, then how far it is, then the effect, which is there only when it may be looked at.

import type { Dashboard } from './dashboard.ts';
import { bars, lines, stat, words } from './panels.ts';

const experiment = 'experiment=~"$experiment"';

export const experiments: Dashboard = {
  uid: 'experiments',
  title: 'Flightdeck: experiments',
  description: 'Of each endpoint the latest experiment: is it sound, how far is it, what does it show?',
  variables: [
    {
      name: 'experiment',
      label: 'Experiment',
      query: 'label_values(flightdeck_experiment_status, experiment)',
    },
  ],
  alerts: ['ExperimentUnitsMismatch', 'ControllerProblems', 'PredictionLogLosesRows'],
  rows: [
    {
      title: 'Is it sound?',
      height: 6,
      panels: [
        words({
          title: 'Status',
          description:
            'concluded: the controller has its answer. stopped: a person, or a version that moved, ended it.',
          width: 6,
          queries: [
            {
              expr: `max by (experiment, status) (flightdeck_experiment_status{${experiment}}) == 1`,
              legend: '{{experiment}}: {{status}}',
            },
          ],
        }),
        words({
          title: 'Checks',
          description: 'Prerequisites first; effects only when they may be looked at.',
          width: 12,
          queries: [
            {
              expr: `max by (experiment, check, verdict) (flightdeck_experiment_check{${experiment}}) == 1`,
              legend: '{{experiment}} {{check}}: {{verdict}}',
            },
          ],
        }),
        stat({
          title: 'Sample ratio, p',
          description:
            'How likely these numbers of units are where none is lost. Below 0.001 nothing is compared.',
          ...{ width: 6, unit: 'short', decimals: 4, noValue: 'Too few units.' },
          steps: [
            [0, 'red'],
            [0.001, 'orange'],
            [0.01, 'green'],
          ],
          queries: [
            {
              expr: `min by (experiment) (flightdeck_experiment_sample_ratio_p{${experiment}})`,
              legend: '{{experiment}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'How far is it?',
      height: 8,
      panels: [
        bars({
          title: 'Units of those planned',
          description: 'Units whose metric is known. A fixed experiment is looked at when all are there.',
          ...{ width: 8, unit: 'percentunit', min: 0, max: 1 },
          queries: [
            {
              expr:
                `max by (experiment, variant) (flightdeck_experiment_units{${experiment}}) / ` +
                `max by (experiment, variant) (flightdeck_experiment_planned_units{${experiment}})`,
              legend: '{{experiment}} {{variant}}',
            },
          ],
        }),
        lines({
          title: 'Units by variant',
          description: 'They should come in the declared ratio.',
          ...{ width: 8, unit: 'short', min: 0 },
          queries: [
            {
              expr: `max by (experiment, variant) (flightdeck_experiment_units{${experiment}})`,
              legend: '{{experiment}} {{variant}}',
            },
          ],
        }),
        lines({
          title: 'Who answers',
          description: 'Predictions by version, of all endpoints.',
          ...{ width: 8, unit: 'ops', min: 0, stacked: true },
          queries: [
            {
              expr: 'sum by (model, version) (rate(flightdeck_predictions_total[$__rate_interval]))',
              legend: '{{model}} v{{version}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'What does it show?',
      height: 9,
      panels: [
        lines({
          title: 'Effect, with its interval and the smallest worth finding',
          description:
            'Positive is better, in the unit of the metric. Above 0 with the whole interval: better. Below the smallest worth finding with the whole interval: not worth it.',
          ...{ width: 24, unit: 'short', noValue: 'Not to be looked at yet.' },
          queries: [
            {
              expr: `max by (experiment, variant, bound) (flightdeck_experiment_effect{${experiment}})`,
              legend: '{{experiment}} {{variant}}: {{bound}}',
            },
            {
              expr: `max by (experiment, metric) (flightdeck_experiment_minimum_effect{${experiment}})`,
              legend: '{{experiment}}: smallest effect on {{metric}} worth finding',
            },
          ],
        }),
      ],
    },
  ],
};
