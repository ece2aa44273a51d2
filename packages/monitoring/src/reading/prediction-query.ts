// What is asked of the prediction log by people: some predictions, newest first, a page at a time. As SQL over the columns that segments
// keep, because those have statistics by which DuckDB passes over what cannot be among them; the id as text would have to be made first.

import { literal } from '@flightdeck/dataset';
import { type PredictionName, parsePredictionId, predictionIdSql } from '../prediction-id.ts';

export interface PredictionQuery {
  readonly requestId?: string | undefined;
  readonly unit?: string | undefined;
  readonly version?: number | undefined;
  readonly variant?: string | undefined;
  readonly endpoint?: string | undefined;
  /** Bounds, both inclusive. */
  readonly minimumScore?: number | undefined;
  readonly maximumScore?: number | undefined;
  readonly hasFailed?: boolean | undefined;
  readonly isLabelled?: boolean | undefined;
  /** Event time, milliseconds since 1970 UTC; `until` is exclusive. */
  readonly from?: number | undefined;
  readonly until?: number | undefined;
  /** Go on behind this prediction: its id, and when it was answered. */
  readonly before?: { readonly at: number; readonly id: string } | undefined;
  readonly limit: number;
}

/** Newest first: by when they were answered; those of one moment in an order that is always the same. */
const newestFirst = '"at" desc, token desc, request desc, "row" desc';

/** Scans of the segments: of predictions as `p`. */
export interface Scans {
  readonly predictions: string;
  readonly labels: string;
}

/**
 * When the last prediction of the page was answered: one row, `cut`, NULL where there is none. To find this first costs little, since one
 * column is sorted, and then only few row groups have what is on the page.
 */
export function cutSql({ predictions, labels }: Scans, query: PredictionQuery): string {
  const where = whereOf([...conditionsOf(query), ...labelCondition(labels, query)]);
  return `select min("at") as cut from (select "at" from ${predictions} p ${where} order by "at" desc limit ${query.limit})`;
}

export function pageSql({ predictions, labels }: Scans, query: PredictionQuery, cut: number): string {
  const where = whereOf([`"at" >= ${cut}`, ...conditionsOf(query), ...labelCondition(labels, query)]);
  return `select ${columns} from ${predictions} p ${where} order by ${newestFirst} limit ${query.limit}`;
}

function whereOf(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
}

function conditionsOf(query: PredictionQuery): string[] {
  const { requestId, unit, version, variant, endpoint, minimumScore, maximumScore } = query;
  const { hasFailed, from, until, before } = query;
  return [
    ...(requestId === undefined ? [] : [`request_id = ${literal(requestId)}`]),
    ...(unit === undefined ? [] : [`coalesce(unit, request_id) = ${literal(unit)}`]),
    ...(version === undefined ? [] : [`version = ${version}`]),
    ...(variant === undefined ? [] : [`variant = ${literal(variant)}`]),
    ...(endpoint === undefined ? [] : [`endpoint = ${literal(endpoint)}`]),
    ...(minimumScore === undefined ? [] : [`score >= ${minimumScore}::float`]),
    ...(maximumScore === undefined ? [] : [`score <= ${maximumScore}::float`]),
    ...(hasFailed === undefined ? [] : [`failure is ${hasFailed ? 'not null' : 'null'}`]),
    ...(from === undefined ? [] : [`event_time >= ${from}`]),
    ...(until === undefined ? [] : [`event_time < ${until}`]),
    ...(before === undefined ? [] : behind(before)),
  ];
}

/** The first part is implied by the second, and is the one that row groups are passed over by. */
function behind({ at, id }: { readonly at: number; readonly id: string }): string[] {
  const { token, request, row } = parsePredictionId(id)!;
  return [`"at" <= ${at}`, `("at", token, request, "row") < (${at}, ${literal(token)}, ${request}, ${row})`];
}

function labelCondition(labels: string, { isLabelled }: PredictionQuery): string[] {
  if (isLabelled === undefined) return [];
  const own = `(select 1 from ${labels} l where l.token = p.token and l.request = p.request and l."row" = p."row")`;
  return [`${isLabelled ? '' : 'not '}exists ${own}`];
}

export interface ReviewQuery {
  /** By version, the score from which on it calls a row positive; answers of other versions are left out. Not empty. */
  readonly thresholds: ReadonlyMap<number, number>;
  /** So many of the latest answers are looked at. */
  readonly latest: number;
  readonly limit: number;
}

/** As `cutSql`, of the answers that are looked at; and how many these are, `considered`. */
export function reviewCutSql({ predictions }: Scans, { thresholds, latest }: ReviewQuery): string {
  return `select min("at") as cut, count(*)::int as considered from (
    select "at" from ${predictions} p where ${answeredBy(thresholds)} order by "at" desc limit ${latest})`;
}

/**
 * Of the latest answers without a label those whose score is nearest to their version's threshold: uncertainty sampling (D. Lewis and
 * W. Gale, "A sequential algorithm for training text classifiers", 1994).
 */
export function reviewSql({ predictions, labels }: Scans, query: ReviewQuery, cut: number): string {
  const { thresholds, limit } = query;
  const values = [...thresholds].map(([version, threshold]) => `(${version}, ${threshold})`).join(', ');
  return `select ${columns}, threshold::double as threshold
    from ${predictions} p anti join (select token, request, "row" from ${labels} l) using (token, request, "row")
      join (values ${values}) t(version, threshold) using (version)
    where ${answeredBy(thresholds)} and "at" >= ${cut} order by abs(score - threshold), ${newestFirst} limit ${limit}`;
}

function answeredBy(thresholds: ReviewQuery['thresholds']): string {
  return `failure is null and version in (${[...thresholds.keys()].join(', ')})`;
}

/** What identifies a prediction in a list, beside the parts of its id. */
const columns = `${predictionIdSql} as id, token, request, "row", request_id, event_time, "at", endpoint, version::integer as version, variant,
  coalesce(unit, request_id) as unit, score::double as score, failure, latency_ms::double as latency_ms`;

export function oneSql(predictions: string, { request, row }: PredictionName): string {
  return `select * replace (coalesce(unit, request_id) as unit) from ${predictions} where request = ${request} and "row" = ${row}`;
}

export function shadowsSql(shadows: string, { request, row }: PredictionName): string {
  return `select version, score::double as score, latency_ms::double as latency_ms, failure
    from ${shadows} where request = ${request} and "row" = ${row} order by version`;
}

/** Labels of one prediction, the one that counts first: the latest truth, and of two with the same time the one that came last. */
export function historySql(labels: string, { token, request, row }: PredictionName): string {
  return `select label, known_at, min("at") as "at", arg_min(actor, "at") as actor from ${labels}
    where token = ${literal(token)} and request = ${request} and "row" = ${row}
    group by label, known_at order by ${latestTruth}`;
}

/** `id` and `label` of those predictions that have one. */
export function latestLabelsSql(labels: string, names: readonly PredictionName[]): string {
  const requests = new Set(names.map(({ request }) => request));
  const values = names.map(({ token, request, row }) => `(${literal(token)}, ${request}, ${row})`);
  return `select ${predictionIdSql} as id, label from (
      select token, request, "row", label, known_at, min("at") as "at" from ${labels}
      where request in (${[...requests].join(', ')}) and (token, request, "row") in (${values.join(', ')})
      group by token, request, "row", label, known_at)
    qualify row_number() over (partition by token, request, "row" order by ${latestTruth}) = 1`;
}

const latestTruth = 'known_at desc, "at" desc, label';
