// What an experiment has seen: units by variant, and the moments of what became of them. Summed up inside DuckDB.

import { type Database, identifier, literal } from '@flightdeck/dataset';
import type { Experiment, ExperimentData } from '@flightdeck/rollout';
import { metricOf } from './experiment-metrics.ts';

interface Period {
  readonly experiment: Experiment;
  readonly endpoint: string;
  readonly labelDelayMs: number;
}

export interface ExperimentScope extends Period {
  /** Event time, exclusive. */
  readonly to: number;
}

/** Reads the views `exposures`, `predictions` and `labels`. */
export async function gatherExperiment(
  database: Database,
  { to, ...period }: ExperimentScope,
): Promise<ExperimentData> {
  return (await gatherExperimentAt(database, period, [to]))[0]!;
}

/** The same, as it was at each of these moments, by the labels that are known now. One pass over the log. */
export async function gatherExperimentAt(
  database: Database,
  period: Period,
  moments: readonly number[],
): Promise<readonly ExperimentData[]> {
  const covariate = await covariateOf(database, period.experiment);
  const rows = await database.rows(groupsQuery(period, moments, covariate));
  return moments.map((_, moment) => {
    const own = rows.filter((row) => Number(row.moment) === moment);
    return Object.fromEntries(own.map((row) => [String(row.variant), groupIn(row, covariate !== null)]));
  });
}

function groupIn(row: Readonly<Record<string, unknown>>, isPaired: boolean): ExperimentData[string] {
  const covariate = {
    mean: Number(row.covariate_mean),
    variance: Math.max(0, Number(row.covariate_variance)),
    covariance: Number(row.covariance),
  };
  return {
    units: Number(row.units),
    mean: Number(row.mean),
    variance: Math.max(0, Number(row.variance ?? 0)),
    ...(isPaired && row.covariance !== null && { covariate }),
  };
}

/** A numeric feature of the log, or null where none was declared or it is not there. */
async function covariateOf(database: Database, { covariate }: Experiment): Promise<string | null> {
  if (covariate === undefined) return null;
  const columns = await database.rows('describe predictions');
  const found = columns.find(({ column_name }) => column_name === `f:${covariate}`);
  return found?.column_type === 'DOUBLE' ? identifier(`f:${covariate}`) : null;
}

function groupsQuery(
  { experiment, endpoint, labelDelayMs }: Period,
  moments: readonly number[],
  covariate: string | null,
): string {
  const { sql, needsLabels } = metricOf(experiment);
  const ends = moments.map((to, moment) => `(${moment}, ${needsLabels ? to - labelDelayMs : to})`);
  const here = `endpoint = ${literal(endpoint)}`;
  const targets = experiment.variants.map(({ name, target }) => `(${literal(target)}, ${literal(name)})`);
  return `
    with named(target, variant) as (values ${targets.join(', ')}),
    ends(moment, until) as (values ${ends.join(', ')}),
    exposed as (
      select unit, arg_min(named.variant, event_time) as variant, min(event_time) as since
      from exposures join named on target = exposures.variant
      where ${here} and event_time >= ${experiment.startsAt} and event_time < (select max(until) from ends) group by unit),
    measured as (
      select moment, exposed.unit, exposed.variant, (${sql})::double as value, ${covariate === null ? 'null' : `avg(${covariate})`}::double as covariate
      from exposed join ends on since < until
      join predictions on predictions.unit = exposed.unit and ${here} and event_time >= since and event_time < until
      left join labels using (prediction_id) group by all)
    select moment, variant, count(*)::double as units, avg(value) as mean, var_samp(value) as variance, avg(covariate) as covariate_mean,
      var_samp(covariate) as covariate_variance, covar_samp(value, covariate) as covariance
    from measured where value is not null group by moment, variant`;
}
