// The questions a sketch asks of DuckDB. Each answers with one row per block and bin, however many predictions there are, so that only
// counts ever leave the database. They read the views `predictions` and `matured`.

import { identifier, literal } from '@flightdeck/dataset';
import type { CategoryProfile, NumberProfile } from './version-reference.ts';
import { calibrationBins, latencyBins, logitBins, type ReportSubject } from './window-sketch.ts';

export interface SketchScope {
  readonly subject: ReportSubject;
  readonly blockMinutes: number;
}

/**
 * Answered and failed; latency bins of the answered, -1 for the failed. What failed before a version was chosen counts for each of
 * the endpoint's.
 */
export function serviceQuery(scope: SketchScope): string {
  const { smallestMs, growth, count } = latencyBins;
  const bin = `floor(ln(greatest(latency_ms, ${smallestMs}) / ${smallestMs}) / ln(${growth}))`;
  return `
    select ${blockOf(scope)} as block,
      case when failure is not null then -1 else least(coalesce(${bin}, 0), ${count - 1}) end::integer as bin,
      count(*)::double as n
    from predictions where ${ofEndpoint(scope)} group by all`;
}

export function failuresQuery(scope: SketchScope): string {
  return `
    select failure, count(*)::double as n from predictions
    where ${ofEndpoint(scope)} and failure is not null group by failure order by failure`;
}

/** A column as the sketch reads it. Null for a status that the score does not have, and for a feature that was never logged. */
export interface SketchColumn {
  readonly value: string | null;
  readonly status: string | null;
}

/** A thousand deviations from the mean are as far as one value may pull the shift. */
const farthest = 1_000;
/** Of a 32-bit number. */
const largest = 3.4e38;

export function numberQuery(
  scope: SketchScope,
  { value, status }: SketchColumn,
  { edges, mean, deviation }: NumberProfile,
  { minimum, maximum }: { readonly minimum?: number | undefined; readonly maximum?: number | undefined },
): string {
  const outside = [
    ...(minimum === undefined ? [] : [`x < ${minimum}::float`]),
    ...(maximum === undefined ? [] : [`x > ${maximum}::float`]),
  ].join(' or ');
  const deviations = `(x::double - ${mean}) / ${deviation === 0 ? 1 : deviation}`;
  return `
    select block, case when x is null then -1 else ${binOf(edges, 0, edges.length)} end::integer as bin, count(*)::double as n,
      count(*) filter (${outside || 'false'})::double as out_of_range, ${statusCounts},
      sum(round(1e6 * greatest(-${farthest}, least(${farthest}, ${deviations})))::bigint)::double as shift,
      min(x)::double as minimum, max(x)::double as maximum
    from (
      select ${blockOf(scope)} as block, case when not isnan(v) then greatest(-${largest}, least(${largest}, v))::float end as x, status
      from (select event_time, ${columnAs(value, 'double')} as v, ${columnAs(status, 'varchar')} as status from predictions where ${answered(scope)}))
    group by all`;
}

/**
 * The bin of x among `from` to `to`, by bisection, which is cheaper than one comparison after the other. The log and the model hold 32-bit
 * numbers, and so were the values from which the borders were taken.
 */
function binOf(edges: readonly number[], from: number, to: number): string {
  if (from === to) return String(from);
  const middle = (from + to) >> 1;
  return `case when x < ${edges[middle]}::float then ${binOf(edges, from, middle)} else ${binOf(edges, middle + 1, to)} end`;
}

/** A category that training did not know has the bin after the last known one. An empty name is a missing one. */
export function categoryQuery(
  scope: SketchScope,
  { value, status }: SketchColumn,
  { counts }: CategoryProfile,
): string {
  const names = Object.keys(counts);
  const known = names.map((name, bin) => `(${literal(name)}, ${bin})`).join(', ');
  const join = names.length === 0 ? '(select null as name, 0 as bin where false)' : `(values ${known})`;
  return `
    select block, case when x is null then -1 else coalesce(known.bin, ${names.length}) end::integer as bin,
      count(*)::double as n, ${statusCounts}
    from ${categoryRows(scope, { value, status })} left join ${join} as known(name, bin) on x = known.name
    group by all`;
}

/** The first unseen name, for people to read. */
export function unseenQuery(scope: SketchScope, column: SketchColumn, { counts }: CategoryProfile): string {
  const known = Object.keys(counts).map(literal).join(', ');
  return `select min(left(x, 40)) as name from ${categoryRows(scope, column)}
    where x is not null ${known === '' ? '' : `and x not in (${known})`}`;
}

function categoryRows(scope: SketchScope, { value, status }: SketchColumn): string {
  return `(select ${blockOf(scope)} as block, nullif(${columnAs(value, 'varchar')}, '') as x, ${columnAs(status, 'varchar')} as status
    from predictions where ${answered(scope)})`;
}

/** By logit bin, calibration bin and label: rows, and sums of score, squared error and log loss in millionths. */
export function maturedQuery(scope: SketchScope): string {
  const { count, perUnit, lowest } = logitBins;
  const inside = 'least(greatest(score::double, 1e-7), 1 - 1e-7)';
  const logit = `ln(${inside} / (1 - ${inside}))`;
  // Bin i holds (i / 15, (i + 1) / 15], the first also 0.
  const calibration = `greatest(ceil(score::double * ${calibrationBins}) - 1, 0)`;
  const epsilon = 2 ** -52;
  const told = `case label when 1 then score::double else 1 - score::double end`;
  return `
    select ${blockOf(scope)} as block,
      least(greatest(floor((${logit} - ${lowest}) * ${perUnit}), 0), ${count - 1})::integer as bin,
      least(${calibration}, ${calibrationBins - 1})::integer as calibration_bin,
      label::integer as label, count(*)::double as n,
      sum(round(1e6 * score::double)::bigint)::double as scores,
      sum(round(1e6 * (score::double - label) ** 2)::bigint)::double as brier,
      sum(round(-1e6 * ln(greatest(${told}, ${epsilon})))::bigint)::double as log_loss
    from matured where ${answered(scope)} group by all`;
}

const statusCounts = `count(*) filter (status = 'default')::double as defaulted,
      count(*) filter (status = 'stale')::double as stale`;

/** A value of another type than declared is a missing one. */
function columnAs(name: string | null, type: 'double' | 'varchar'): string {
  return name === null ? `null::${type}` : `try_cast(${identifier(name)} as ${type})`;
}

function blockOf({ blockMinutes }: SketchScope): string {
  return `(event_time // ${blockMinutes * 60_000})::integer`;
}

function answered(scope: SketchScope): string {
  return `${inWindow(scope)} and version = ${scope.subject.version} and failure is null and score is not null`;
}

function ofEndpoint(scope: SketchScope): string {
  return `${inWindow(scope)} and (version = ${scope.subject.version} or version is null)`;
}

function inWindow({ subject: { model, endpoint, from, to } }: SketchScope): string {
  return `model = ${literal(model)} and endpoint = ${literal(endpoint)}
    and event_time >= ${from} and event_time < ${to}`;
}
