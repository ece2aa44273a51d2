// A plan in days: how long it takes until all planned units are there, at the traffic that there has been.

import type { EndpointTraffic, ExperimentPlanAnswer } from '@flightdeck/admin-api';
import { type Experiment, planExperiment } from '@flightdeck/rollout';
import type { ModelPolicy } from '../policy.ts';
import { longestWindow } from '../policy.ts';
import { metricOf } from './experiment-metrics.ts';

const day = 86_400_000;

/** EXPERIMENT_INVALID where the log cannot tell the metric. */
export function planInDays(
  experiment: Experiment,
  traffic: EndpointTraffic | null,
  policy: ModelPolicy,
): ExperimentPlanAnswer {
  const { needsLabels } = metricOf(experiment);
  const plan = planExperiment(experiment);
  const delay = needsLabels ? longestWindow(policy).alarms.quality.labelDelayMinutes / 1_440 : 0;
  const filling = traffic && plan.total / traffic.unitsPerDay;
  const days = filling === null ? null : Math.max(experiment.minimumDays, filling + delay);
  const told = [
    traffic ? arrival(traffic, plan.total) : 'There is no traffic yet by which the days could be told.',
    ...(delay > 0 ? [`A label may take ${tell(delay)}, and no unit counts before.`] : []),
    ...(experiment.minimumDays > 0
      ? [`It runs for at least ${tell(experiment.minimumDays)}, whatever the traffic.`]
      : []),
    ...(experiment.method === 'sequential'
      ? [
          'A sequential experiment may end at any look; half of those that find their effect end before half of the plan.',
        ]
      : ['A fixed horizon is looked at once, when it is full.']),
  ];
  return { plan, days, traffic, because: told };
}

function arrival({ units, unitsPerDay, from, to }: EndpointTraffic, wanted: number): string {
  const count = (value: number) => Math.round(value).toLocaleString('en-US');
  return `${count(units)} units came in the last ${tell((to - from) / day)} of event time, ${count(unitsPerDay)} a day: ${count(wanted)} take ${tell(wanted / unitsPerDay)}.`;
}

function tell(days: number): string {
  return days < 2 ? `${(days * 24).toFixed(1)} hours` : `${days.toFixed(1)} days`;
}
