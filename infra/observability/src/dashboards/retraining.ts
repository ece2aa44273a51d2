// Does the loop turn? What was decided, what the queue does with it, where the candidate stands, whether alerts arrive.

import type { Dashboard } from './dashboard.ts';
import { lines, stat, words } from './panels.ts';

const model = 'model=~"$model"';

export const retraining: Dashboard = {
  uid: 'retraining',
  title: 'Flightdeck: retraining',
  description: 'Decisions, queue, trainers, rollouts, and the controller itself.',
  variables: [
    { name: 'model', label: 'Model', query: 'label_values(flightdeck_controller_decisions_total, model)' },
  ],
  alerts: [
    ...[
      'QueueWaits',
      'JobsFailed',
      'QueueUnreachable',
      'ControllerNotLeading',
      'ControllerStuck',
      'ControllerProblems',
    ],
    ...['RolloutHeld', 'RolloutHalted', 'RolloutRolledBack', 'AlertsNotDelivered'],
  ],
  rows: [
    {
      title: 'Now',
      height: 4,
      panels: [
        stat({
          title: 'Jobs that wait',
          description: 'Retrainings, and the stages and trainings that trainers take up.',
          ...{ width: 3, unit: 'none', graph: true },
          queries: [
            {
              expr: 'sum(max by (queue, state) (bullmq_job_count{state=~"waiting|prioritized|delayed"}))',
              legend: 'waiting',
            },
          ],
        }),
        stat({
          title: 'Jobs under way',
          description: 'A retraining counts from its first stage to its last, and so does each stage.',
          ...{ width: 3, unit: 'none', graph: true },
          queries: [{ expr: 'sum(max by (queue) (bullmq_job_count{state="active"}))', legend: 'active' }],
        }),
        stat({
          title: 'Jobs that failed',
          description: 'All attempts are spent. They stay until they are tried again, or are old.',
          ...{ width: 3, unit: 'none', steps: [[1, 'red']] },
          queries: [{ expr: 'sum(max by (queue) (bullmq_job_count{state="failed"}))', legend: 'failed' }],
        }),
        stat({
          title: 'Oldest that waits',
          description: 'After half an hour somebody hears of it.',
          ...{ width: 3, unit: 's', decimals: 0 },
          steps: [
            [600, 'orange'],
            [1800, 'red'],
          ],
          queries: [{ expr: 'max(flightdeck_queue_oldest_wait_seconds)', legend: 'oldest' }],
        }),
        stat({
          title: 'Trainers',
          description: 'Trainers that answer their scrapes.',
          ...{ width: 3, unit: 'none' },
          steps: [
            [0, 'red'],
            [1, 'green'],
          ],
          queries: [{ expr: 'sum(up{job="trainer"})', legend: 'up' }],
        }),
        stat({
          title: 'Controllers that lead',
          description: 'One decides; the others wait for its lock.',
          ...{ width: 3, unit: 'none' },
          steps: [
            [0, 'red'],
            [1, 'green'],
          ],
          queries: [{ expr: 'sum(flightdeck_controller_leads)', legend: 'lead' }],
        }),
        words({
          title: 'Latest rollout',
          description: 'By endpoint. held: too little evidence so far. halted: a person has to say.',
          width: 6,
          queries: [
            {
              expr: `max by (endpoint, status) (flightdeck_rollout_status{${model}}) == 1`,
              legend: '{{endpoint}}: {{status}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'Decisions',
      height: 8,
      panels: [
        lines({
          title: 'Decisions by kind, in an hour',
          description:
            'skip is a decision too: a trigger that was no reason. `npx flightdeck decisions` has the reasons.',
          ...{ width: 12, unit: 'short', min: 0, stacked: true },
          queries: [
            {
              expr: `sum by (kind) (increase(flightdeck_controller_decisions_total{${model}}[1h]))`,
              legend: '{{kind}}',
            },
          ],
        }),
        lines({
          title: 'What a candidate has of the traffic',
          description:
            'canary: the share that it answers. shadow: the share that it is asked about beside the champion.',
          ...{ width: 6, unit: 'percentunit', min: 0, max: 1 },
          queries: [
            {
              expr: `max by (endpoint, kind) (flightdeck_rollout_candidate_ratio{${model}})`,
              legend: '{{endpoint}} {{kind}}',
            },
          ],
        }),
        lines({
          title: 'Alerts delivered to the controller',
          description: "Alertmanager's webhook. Any that fail are told.",
          ...{ width: 6, unit: 'ops', min: 0 },
          queries: [
            {
              expr: 'sum(rate(alertmanager_notifications_total{integration="webhook"}[$__rate_interval]))',
              legend: 'sent',
            },
            {
              expr: 'sum(rate(alertmanager_notifications_failed_total{integration="webhook"}[$__rate_interval]))',
              legend: 'failed',
            },
          ],
        }),
      ],
    },
    {
      title: 'Queue and trainers',
      height: 8,
      panels: [
        lines({
          title: 'Jobs by queue and state',
          description:
            'What is done is left out. The queue `retraining` has one job for each retraining, `training` has its stages.',
          ...{ width: 8, unit: 'short', min: 0, stacked: true },
          queries: [
            {
              expr: 'max by (queue, state) (bullmq_job_count{state!="completed"})',
              legend: '{{queue}} {{state}}',
            },
          ],
        }),
        lines({
          title: 'How long the oldest waits',
          description: 'By queue; 0 where none waits.',
          ...{ width: 4, unit: 's', min: 0, steps: [[1800, 'red']] },
          queries: [{ expr: 'max by (queue) (flightdeck_queue_oldest_wait_seconds)', legend: '{{queue}}' }],
        }),
        lines({
          title: 'Attempts that ended, in an hour',
          description: 'By kind of job and result. retried: it failed, and is tried again.',
          ...{ width: 6, unit: 'short', min: 0, stacked: true },
          queries: [
            {
              expr: 'sum by (kind, result) (increase(flightdeck_trainer_attempts_total[1h]))',
              legend: '{{kind}} {{result}}',
            },
          ],
        }),
        lines({
          title: 'Mean time of an attempt',
          description: 'Of those that ended within an hour. Kinds of which none did have no line.',
          ...{ width: 6, unit: 's', min: 0, noValue: 'No attempt has ended.' },
          queries: [
            {
              expr:
                'sum by (kind) (increase(flightdeck_trainer_attempt_duration_seconds_sum[1h])) / ' +
                '(sum by (kind) (increase(flightdeck_trainer_attempt_duration_seconds_count[1h])) > 0)',
              legend: '{{kind}}',
            },
          ],
        }),
      ],
    },
    {
      title: 'The controller',
      height: 7,
      panels: [
        lines({
          title: 'Time of a look',
          description: 'Reading the log, making the reports that are due, judging rollout and experiment.',
          ...{ width: 8, unit: 's', min: 0 },
          queries: [
            { expr: 'max by (instance) (flightdeck_controller_tick_seconds)', legend: '{{instance}}' },
          ],
        }),
        lines({
          title: 'Since the last look',
          description: 'After five minutes somebody hears of it.',
          ...{ width: 8, unit: 's', min: 0, steps: [[300, 'red']] },
          queries: [
            { expr: 'max by (instance) (flightdeck_controller_tick_age_seconds)', legend: '{{instance}}' },
          ],
        }),
        lines({
          title: 'Problems',
          description: 'Parts that failed in the last look; GET /v1/status has code and message.',
          ...{ width: 8, unit: 'none', min: 0 },
          queries: [
            {
              expr: 'sum by (model, part) (flightdeck_controller_problems) or vector(0)',
              legend: '{{model}} {{part}}',
            },
          ],
        }),
      ],
    },
  ],
};
