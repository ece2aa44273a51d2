// What an experiment has seen: units by variant, and the moments of what became of them. Summed up inside DuckDB.

import { type Database, identifier, literal } from '@flightdeck/dataset';
import type { Experiment, ExperimentData } from '@flightdeck/rollout';
import { metricOf } from './experiment-metrics.ts';

export interface ExperimentScope {
  readonly experiment: Experiment;
  readonly endpoint: string;
  /** Event time, exclusive. */
  readonly to: number;
  readonly labelDelayMs: number;
}

/** Reads the views `exposures`, `predictions` and `labels`. */
export async function gatherExperiment(database: Database, scope: ExperimentScope): Promise<ExperimentData> {
  const covariate = await covariateOf(database, scope.experiment);
  const rows = await database.rows(groupsQuery(scope, covariate));
  const groups = rows.map((row) => {
    const paired = {
      mean: Number(row.covariate_mean),
      variance: Math.max(0, Number(row.covariate_variance)),
      covariance: Number(row.covariance),
    };
    const group = {
      units: Number(row.units),
      mean: Number(row.mean),
      variance: Math.max(0, Number(row.variance ?? 0)),
      ...(covariate !== null && row.covariance !== null && { covariate: paired }),
    };
    return [String(row.variant), group] as const;
  });
  return Object.fromEntries(groups);
}

/** A numeric feature of the log, or null where none was declared or it is not there. */
async function covariateOf(database: Database, { covariate }: Experiment): Promise<string | null> {
  if (covariate === undefined) return null;
  const columns = await database.rows('describe predictions');
  const found = columns.find(({ column_name }) => column_name === `f:${covariate}`);
  return found?.column_type === 'DOUBLE' ? identifier(`f:${covariate}`) : null;
}

function groupsQuery(
  { experiment, endpoint, to, labelDelayMs }: ExperimentScope,
  covariate: string | null,
): string {
  const { sql, needsLabels } = metricOf(experiment);
  const until = needsLabels ? to - labelDelayMs : to;
  const during = `event_time >= ${experiment.startsAt} and event_time < ${until}`;
  const targets = experiment.variants.map(({ name, target }) => `(${literal(target)}, ${literal(name)})`);
  return `
    with named(target, variant) as (values ${targets.join(', ')}),
    exposed as (
      select unit, arg_min(named.variant, event_time) as variant, min(event_time) as since
      from exposures join named on target = exposures.variant
      where endpoint = ${literal(endpoint)} and ${during} group by unit),
    measured as (
      select exposed.unit, exposed.variant, (${sql})::double as value, ${covariate === null ? 'null' : `avg(${covariate})`}::double as covariate
      from exposed join predictions on predictions.unit = exposed.unit and predictions.endpoint = ${literal(endpoint)}
        and event_time >= since and event_time < ${until}
      left join labels using (prediction_id) group by all)
    select variant, count(*)::double as units, avg(value) as mean, var_samp(value) as variance, avg(covariate) as covariate_mean,
      var_samp(covariate) as covariate_variance, covar_samp(value, covariate) as covariance
    from measured where value is not null group by variant`;
}
