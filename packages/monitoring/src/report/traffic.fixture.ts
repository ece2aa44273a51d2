// Traffic that is generated inside DuckDB: the same rows for a seed, in any number, as the views `predictions` and `matured`. Its scores are
// true probabilities, unless a fault is asked for.

import { type Database, literal } from '@flightdeck/dataset';
import { brier, expectedCalibrationError, logLoss, rocAuc } from '@flightdeck/stats';
import { type VersionReference, versionReferenceSchema } from './version-reference.ts';
import type { ReportSubject } from './window-sketch.ts';

export const hour = 3_600_000;
/** 2001-05-07, a Monday. */
export const monday = Date.UTC(2001, 4, 7);

export const subject: ReportSubject = {
  model: 'flight-delay',
  endpoint: 'flight-delay',
  version: 3,
  from: monday,
  to: monday + 24 * hour,
};

export interface Traffic {
  readonly rows: number;
  readonly seed: number;
  readonly from?: number;
  readonly to?: number;
  /** Added to the feature `delay`, which the score follows. */
  readonly delayShift?: number;
  /** The feature `delay` stands still, while the score goes on as if it did not. */
  readonly frozen?: boolean;
  /** Shares of rows. */
  readonly missing?: number;
  readonly unseen?: number;
  readonly stale?: number;
  readonly outOfRange?: number;
  readonly failed?: number;
  readonly slow?: number;
  readonly unlabelled?: number;
  /** The truth is sigmoid(slope × logit + intercept) of what is scored. */
  readonly slope?: number;
  readonly intercept?: number;
  /** Standard deviation of noise on the scored logit, which the truth does not have. */
  readonly noise?: number;
  readonly flipped?: boolean;
}

/** A uniform number in [0, 1) per row, tag and seed. */
function uniform(seed: number, tag: string): string {
  return `((hash(${literal(`${tag} ${seed} `)} || i) >> 11)::double / 9007199254740992.0)`;
}

function normal(seed: number, tag: string): string {
  return `(sqrt(-2 * ln(1 - ${uniform(seed, `${tag}1`)})) * cos(2 * pi() * ${uniform(seed, `${tag}2`)}))`;
}

/** A query of traffic with its labels, NULL where they are unknown. */
export function trafficQuery(traffic: Traffic): string {
  const { rows, seed, from = subject.from, to = subject.to, slope = 1, intercept = 0 } = traffic;
  const happens = (share: number | undefined, tag: string) => `${uniform(seed, tag)} < ${share ?? 0}`;
  return `
    with drawn as (
      select i, (${from} + (i * ${to - from}) // ${rows})::bigint as event_time,
        ${normal(seed, 'delay')} * 20 + 8 + ${traffic.delayShift ?? 0} as delay,
        round(exp(6.3 + 0.6 * ${normal(seed, 'distance')})) as distance,
        -- Like Zipf's law: the first of 30 airports has a quarter of the rows.
        'A' || lpad(floor(pow(31, ${uniform(seed, 'origin')}))::integer::varchar, 2, '0') as origin
      from range(${rows}) as r(i)),
    scored as (
      select *, -2 + 0.09 * delay - 0.0004 * distance as truth, truth + ${traffic.noise ?? 0} * ${normal(seed, 'noise')} as logit,
        ${happens(traffic.failed, 'failed')} as has_failed
      from drawn)
    select 'p-' || ${seed} || '-' || i as prediction_id, 'r-' || i as request_id, event_time, event_time as "at",
      ${literal(subject.endpoint)} as endpoint, ${literal(subject.model)} as model, ${subject.version} as version,
      'only' as variant, null::varchar as unit,
      case when not has_failed then (1 / (1 + exp(-logit)))::float::double end as score,
      case when has_failed then if(i % 2 = 0, 'DEADLINE_EXCEEDED', 'MODEL_FAILED') end as failure,
      case when ${happens(traffic.slow, 'slow')} then 400 else 1 + 4 * ${uniform(seed, 'latency')} end as latency_ms,
      case when ${happens(traffic.missing, 'missing')} then null
        when ${happens(traffic.outOfRange, 'range')} then 9999 else distance::float end::double as "f:distance",
      ${traffic.frozen ? '8.0' : 'delay'}::float::double as "f:delay",
      case when ${happens(traffic.unseen, 'unseen')} then 'XX' || i % 7 else origin end as "f:origin",
      case when "f:distance" is null then 'default' else 'present' end as "s:distance", case when ${happens(traffic.stale, 'stale')} then 'stale' else 'present' end as "s:delay",
      'given' as "s:origin",
      case when ${happens(traffic.unlabelled, 'unlabelled')} then null else
        (${uniform(seed, 'label')} < 1 / (1 + exp(-(${slope} * truth + ${intercept}))))::integer end as drawn_label,
      ${traffic.flipped ? '1 - drawn_label' : 'drawn_label'} as label, event_time + ${hour} as known_at
    from scored`;
}

/** Makes the views; each call replaces what was there, each traffic of a call comes after the one before. */
export async function serve(database: Database, ...traffic: readonly Traffic[]): Promise<void> {
  const union = traffic.map((one) => `(${trafficQuery(one)})`).join(' union all ');
  await database.run(`
    create or replace table traffic as ${union};
    create or replace view predictions as select * exclude (label, drawn_label, known_at) from traffic;
    create or replace view matured as select * exclude (drawn_label) from traffic where label is not null`);
}

const features = { distance: 'number', delay: 'number', origin: 'category' } as const;

/** What training would have written down, had it seen `rows` rows of the unchanged traffic. */
export async function trainReference(database: Database, rows: number): Promise<VersionReference> {
  await database.run(`create or replace table training as ${trafficQuery({ rows, seed: 1 })}`);
  const profiles = await Promise.all(
    Object.entries(features).map(async ([name, kind]) => [
      name,
      kind === 'number'
        ? await numberProfile(database, `"f:${name}"`)
        : await categoryProfile(database, `"f:${name}"`),
    ]),
  );
  const { score, label } = await database.columns('select score, label from training');
  const labels = Uint8Array.from(label!);
  const scores = Float64Array.from(score!);
  const promise = (value: number) => ({ value, low: value - 0.004, high: value + 0.004 });
  return versionReferenceSchema.parse({
    profile: {
      rows,
      features: Object.fromEntries(profiles),
      score: await numberProfile(database, 'score'),
    },
    promise: {
      rows,
      positives: labels.reduce((sum, one) => sum + one, 0),
      metrics: {
        rocAuc: promise(rocAuc(scores, labels)),
        logLoss: promise(logLoss(scores, labels)),
        brier: promise(brier(scores, labels)),
        ece: promise(expectedCalibrationError(scores, labels)),
      },
    },
    bounds: { distance: { minimum: 1, maximum: 6_000 } },
  });
}

async function numberProfile(database: Database, column: string) {
  const places = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
  const [row] = await database.rows(
    `select quantile_disc(${column}, [${places.join(', ')}]) as edges, avg(${column}) as mean, stddev_pop(${column}) as deviation from training`,
  );
  const edges = [...new Set(row!.edges as number[])];
  const bins = await database.rows(`
    select len(list_filter([${edges.join(', ')}], lambda e: e <= ${column}))::integer as bin, count(*)::double as n
    from training group by all`);
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const { bin, n } of bins) counts[bin as number] = n as number;
  return { kind: 'number', missing: 0, mean: row!.mean, deviation: row!.deviation, edges, counts };
}

async function categoryProfile(database: Database, column: string) {
  const rows = await database.rows(
    `select ${column} as name, count(*)::double as n from training group by all order by name`,
  );
  return {
    kind: 'category',
    missing: 0,
    counts: Object.fromEntries(rows.map(({ name, n }) => [name as string, n as number])),
  };
}
