// The questions that a rollout's evidence asks of DuckDB. Two tables hold the window once, narrow; all that follows is sums over them, so
// that a million predictions leave the database as some hundred counts.

import { literal } from '@flightdeck/dataset';

export interface EvidenceScope {
  readonly endpoint: string;
  readonly champion: number;
  readonly candidate: number;
  /** Event time, milliseconds since 1970 UTC; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** Upper bounds of latencies, milliseconds: a third more each, from 0.1 ms to a quarter of a minute. */
export const latencyBounds: readonly number[] = Array.from({ length: 42 }, (_, i) => 0.1 * (4 / 3) ** i);

/** Of [0, 1], of equal width. */
export const scoreBins = 20;

/** Makes `seen`: what champion and candidate answered, with the labels that are known by now. */
export function seenTable({ endpoint, champion, candidate, from, to }: EvidenceScope): string {
  return `create or replace temp table seen as
    select prediction_id, version, failure, score, latency_ms, label
    from predictions left join labels using (prediction_id)
    where endpoint = ${literal(endpoint)} and version in (${champion}, ${candidate}) and event_time >= ${from} and event_time < ${to}`;
}

/** Makes `shadowed`: what the candidate made, unseen, of what the champion answered. */
export function shadowedTable({ champion, candidate, from, to }: EvidenceScope): string {
  return `create or replace temp table shadowed as
    select shadows.failure, shadows.score, shadows.latency_ms, seen.score as answered, seen.label
    from shadows join seen using (prediction_id)
    where shadows.version = ${candidate} and seen.version = ${champion} and seen.failure is null
      and shadows.event_time >= ${from} and shadows.event_time < ${to}`;
}

export const totalsQuery = `select version, count(*)::double as requests, ${momentsOf('score', 'score')},
    ${momentsOf(lossOf('score'), 'loss')}
  from seen group by version`;

export const shadowTotalsQuery = `select ${momentsOf('abs(score - answered)', 'difference')},
    ${momentsOf(`${lossOf('score')} - ${lossOf('answered')}`, 'loss')}
  from shadowed`;

/** Failures have no score, so every moment is over answers. `seen` is over versions; a shadow's rows are all the candidate's. */
function momentsOf(value: string, name: string): string {
  return `count(${value})::double as ${name}_n, avg(${value})::double as ${name}_mean, var_samp(${value})::double as ${name}_variance`;
}

/** Clipped as `logLoss` in packages/stats does. NULL without a label. */
function lossOf(score: string): string {
  const clipped = `greatest(${2 ** -52}, least(1 - ${2 ** -52}, ${score}))`;
  return `case label when 1 then -ln(${clipped}) when 0 then -ln(1 - ${clipped}) end`;
}

export function failuresQuery(table: 'seen' | 'shadowed'): string {
  return `select ${versionOf(table)} as version, failure, count(*)::double as n from ${table} where failure is not null group by all`;
}

export function latencyQuery(table: 'seen' | 'shadowed'): string {
  const [smallest] = latencyBounds;
  const bin = `ceil(ln(greatest(latency_ms, 1e-6) / ${smallest}) / ln(4.0 / 3))`;
  return `select ${versionOf(table)} as version, greatest(0, least(${latencyBounds.length}, ${bin}))::integer as bin, count(*)::double as n
    from ${table} where failure is null group by all`;
}

export const scoresQuery = `select version, least(${scoreBins - 1}, floor(score * ${scoreBins}))::integer as bin, count(*)::double as n
  from seen where failure is null group by all`;

function versionOf(table: 'seen' | 'shadowed'): string {
  return table === 'seen' ? 'version' : '0';
}

/**
 * The area under the ROC curve and what its error needs (DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988): for each late row the
 * share of the others that it outranks, for each of the others the share of late rows that outrank it; ties count half.
 */
export const areaQuery = `
  with tied as (
    select version, score, sum(label)::double as positives, sum(1 - label)::double as negatives
    from seen where failure is null and label is not null group by version, score),
  placed as (
    select version, positives, negatives,
      sum(positives) over (partition by version) as p, sum(negatives) over (partition by version) as n,
      (sum(negatives) over upwards - negatives / 2) / n as below,
      (p - sum(positives) over upwards + positives / 2) / p as above
    from tied window upwards as (partition by version order by score))
  select version, any_value(p) as p, any_value(n) as n, sum(positives * below) / any_value(p) as area,
    sum(positives * below * below) as squares_below, sum(negatives * above * above) as squares_above
  from placed where p > 1 and n > 1 group by version`;
