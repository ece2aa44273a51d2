// An endpoint's traffic of the last days, by unit: how many come that a split would assign, and what each metric of an experiment has been
// of them. Plans reckon by it.

import type { EndpointTraffic, MetricChoice } from '@flightdeck/admin-api';
import { type Database, literal } from '@flightdeck/dataset';
import { type UnitMetric, unitMetrics } from './experiment-metrics.ts';

const day = 86_400_000;
/** Behaviour follows the week. */
const days = 7;

export interface TrafficSeen {
  readonly traffic: EndpointTraffic | null;
  readonly metrics: readonly MetricChoice[];
}

/** What is known without any traffic. */
export const trafficUnknown: TrafficSeen = {
  traffic: null,
  metrics: unitMetrics.map((metric) => choiceOf(metric, null)),
};

export async function trafficSeen(database: Database, endpoint: string, now: number): Promise<TrafficSeen> {
  const [row] = await database.rows(trafficQuery(endpoint, now));
  const units = Number(row!.units);
  if (units === 0) return trafficUnknown;
  const from = Number(row!.since);
  // What began yesterday has not had seven days to bring units in; less than an hour says nothing of a day.
  const unitsPerDay = units / Math.max(1 / 24, (now - from) / day);
  return {
    traffic: { from, to: now, units, unitsPerDay },
    metrics: unitMetrics.map((metric, i) => {
      const known = Number(row![`n${i}`]);
      const deviation = Number(row![`d${i}`] ?? 0);
      return choiceOf(metric, known === 0 ? null : { units: known, mean: Number(row![`m${i}`]), deviation });
    }),
  };
}

function choiceOf(
  { name, kind, says, needsLabels }: UnitMetric & { readonly name: string },
  seen: MetricChoice['seen'],
): MetricChoice {
  return { name, kind, says, needsLabels, seen };
}

function trafficQuery(endpoint: string, now: number): string {
  const values = unitMetrics.map(({ sql }, i) => `(${sql})::double as v${i}`);
  const moments = unitMetrics.map(
    (_, i) => `count(v${i})::double as n${i}, avg(v${i}) as m${i}, stddev_samp(v${i}) as d${i}`,
  );
  return `
    with units as (
      select unit, min(event_time) as since, ${values.join(', ')}
      from predictions left join labels using (prediction_id)
      where endpoint = ${literal(endpoint)} and variant <> 'direct' and unit is not null and event_time >= ${now - days * day} and event_time < ${now}
      group by unit)
    select count(*)::double as units, min(since)::double as since, ${moments.join(', ')} from units`;
}
