// npm run bench:windows: one window over all 3,000,000 flights ("landings out of the origin in the last hour"), computed in the ways that
// decision 0002 compares. Each must give the same sums.

import { systemClock } from '@flightdeck/core';
import { type Database, ingest, literal, openDatabase } from '@flightdeck/dataset';
import { loadModel } from '@flightdeck/training/catalogue';
import { report, timed, withTemporaryHome } from './measure.ts';

/** A running total per key and moment, summed as this type. */
const totals = (type: string) => `
  select origin, moment, sum(n) over running as n, sum(late) over running as late
  from (select origin, landed_at as moment, count(*)::${type} as n, sum(late::${type})::${type} as late from happened group by all)
  window running as (partition by origin order by moment)`;

const byAsOf = (type: string) => `
  with totals as materialized (${totals(type)})
  select id, coalesce(t0.n, 0) - coalesce(t1.n, 0) as n, coalesce(t0.late, 0) - coalesce(t1.late, 0) as late
  from happened
  asof left join totals as t0 on happened.origin = t0.origin and happened.time > t0.moment
  asof left join totals as t1 on happened.origin = t1.origin and happened.time - 60 > t1.moment`;

const ways = {
  'running totals, two ASOF joins': byAsOf('double'),
  'the same with integer sums': byAsOf('integer'),
  'running totals that expire, one ASOF join': `
    with changes as (
      select origin, landed_at as moment, 1::double as n, late::double as late from happened
      union all select origin, landed_at + 60, -1, -late from happened),
    totals as materialized (
      select origin, moment, sum(n) over running as n, sum(late) over running as late
      from (select origin, moment, sum(n) as n, sum(late) as late from changes group by all)
      window running as (partition by origin order by moment))
    select id, coalesce(t0.n, 0) as n, coalesce(t0.late, 0) as late
    from happened asof left join totals as t0 on happened.origin = t0.origin and happened.time > t0.moment`,
  'a RANGE frame over events and askers': `
    select id, n, late from (
      select id, sum(n) over hour as n, sum(late) over hour as late, asks
      from (
        select null as id, origin, landed_at as moment, 1::double as n, late::double as late, false as asks from happened
        union all select id, origin, time, 0, 0, true from happened)
      window hour as (partition by origin order by moment range between 60 preceding and 1 preceding))
    where asks`,
};

await withTemporaryHome(async (home) => {
  const database = await openDatabase({ memoryLimit: '3GB' });
  const { dataset } = await loadModel('flight-delay');
  const { files } = await ingest(database, dataset, { folder: home, clock: systemClock });
  await database.run(`create type airport as enum (select distinct origin from ${literal(files.rows)});
    create table happened as select id, time, landed_at, origin::airport as origin, (delay > 15)::integer as late from ${literal(files.rows)}`);
  const seconds: Record<string, number> = {};
  const sums = new Set<string>();
  for (const [way, query] of Object.entries(ways)) {
    seconds[way] = (await timed(() => database.run(`create or replace table answers as ${query}`))).seconds;
    sums.add(await digest(database));
  }
  await database.close();
  const fastest = seconds['running totals, two ASOF joins']!;
  const ratios = Object.fromEntries(Object.entries(seconds).map(([way, value]) => [way, value / fastest]));
  await report('windows', { seconds, ratios }, { sameAnswers: sums.size === 1 });
});

/** Equal for equal answers to all flights. */
async function digest(database: Database): Promise<string> {
  const [row] = await database.rows(
    'select count(*)::varchar as rows, sum(coalesce(n, 0) * (id % 1009))::bigint::varchar as n, sum(coalesce(late, 0) * (id % 1013))::bigint::varchar as late from answers',
  );
  return JSON.stringify(row);
}
