// Predictions of a model with 20 numbers and 2 categories, generated inside DuckDB and written to Parquet as the log would, with what
// training would have stored about them.

import { type Database, literal } from '@flightdeck/dataset';
import type { VersionReference } from '@flightdeck/monitoring';

export const subject = { model: 'wide', endpoint: 'wide', version: 1, from: Date.UTC(2001, 4, 7) };
export const week = 7 * 86_400_000;

const numbers = Array.from({ length: 20 }, (_, i) => `n${i}`);
const categories = ['c0', 'c1'];
const categoryCount = 200;

/** A uniform number in (0, 1) for each row and tag. */
const uniform = (tag: string) =>
  `(((hash(${literal(`${tag} `)} || i) >> 11)::double + 0.5) / 9007199254740992.0)`;

/** Writes a week of `rows` predictions; of 1 % the first number is missing, 0.5 % have failed, 95 % have their label. */
export async function writeTraffic(database: Database, rows: number, path: string): Promise<void> {
  const features = [
    ...numbers.map(
      (name) => `${name === 'n0' ? `case when ${uniform('gap')} < 0.01 then null else` : '('} ${normal(name)}
        ${name === 'n0' ? 'end' : ')'}::float as ${named(name)}`,
    ),
    ...categories.map(
      (name) => `'c' || floor(pow(${categoryCount}, ${uniform(name)}))::integer as ${named(name)}`,
    ),
    ...[...numbers, ...categories].map((name) => `'present' as "s:${name}"`),
  ];
  await database.writeParquet(
    `select 'wide' as model, 'wide' as endpoint, 1 as version, 'p-' || i as prediction_id,
      ${subject.from} + (i * ${week}) // ${rows} as event_time,
      case when ${uniform('failed')} < 0.005 then 'DEADLINE_EXCEEDED' end as failure, (1 + 4 * ${uniform('latency')})::float as latency_ms,
      ${uniform('score')}::float as score,
      case when ${uniform('known')} < 0.95 then (${uniform('label')} < ${uniform('score')})::integer end as label,
      ${features.join(', ')}
    from range(${rows}) as r(i)`,
    path,
  );
}

/** The views that a report reads. */
export async function openTraffic(database: Database, path: string): Promise<void> {
  await database.run(`
    create view predictions as select * exclude (label) replace (
      case when failure is null then score end::double as score, latency_ms::double as latency_ms) from read_parquet(${literal(path)});
    create view matured as
    select * replace (score::double as score) from read_parquet(${literal(path)}) where label is not null and failure is null`);
}

/** The distributions that the traffic is drawn from, in 20 bins of equal counts, as if a million rows had been seen. */
export function wideReference(): VersionReference {
  const rows = 1_000_000;
  const places = Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
  const profile = (edges: number[], mean: number, deviation: number) => ({
    kind: 'number' as const,
    missing: 0,
    mean,
    deviation,
    edges,
    counts: Array<number>(20).fill(rows / 20),
  });
  const shares = Array.from(
    { length: categoryCount - 1 },
    (_, i) => Math.log((i + 2) / (i + 1)) / Math.log(categoryCount),
  );
  const category = {
    kind: 'category' as const,
    missing: 0,
    counts: Object.fromEntries(shares.map((share, i) => [`c${i + 1}`, Math.round(rows * share)])),
  };
  const promise = (value: number) => ({ value, low: value - 0.002, high: value + 0.002 });
  return {
    profile: {
      rows,
      features: Object.fromEntries([
        ...numbers.map((name) => [name, profile(normalQuantiles, 0, 1)] as const),
        ...categories.map((name) => [name, category] as const),
      ]),
      score: profile(places, 0.5, Math.sqrt(1 / 12)),
    },
    // Of uniform scores that are true: ROC-AUC 5/6, log loss 1/2, Brier score 1/6.
    promise: {
      rows,
      positives: rows / 2,
      metrics: { rocAuc: promise(5 / 6), logLoss: promise(1 / 2), brier: promise(1 / 6), ece: promise(0) },
    },
    bounds: Object.fromEntries(numbers.map((name) => [name, { minimum: -6, maximum: 6 }])),
  };
}

function named(name: string): string {
  return `"f:${name}"`;
}

/** Box and Muller's transform. */
function normal(name: string): string {
  return `sqrt(-2 * ln(${uniform(`${name} radius`)})) * cos(2 * pi() * ${uniform(`${name} angle`)})`;
}

/** Of the standard normal distribution at 0.05, 0.1, … 0.95. */
const normalQuantiles = [
  -1.644854, -1.281552, -1.036433, -0.841621, -0.67449, -0.524401, -0.38532, -0.253347, -0.125661, 0,
  0.125661, 0.253347, 0.38532, 0.524401, 0.67449, 0.841621, 1.036433, 1.281552, 1.644854,
];
