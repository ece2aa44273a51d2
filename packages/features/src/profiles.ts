// Profiles as SQL: the single events of a key that a snapshot knows, and how many of them are near each row.
//
// Here no difference of totals helps, because what is near depends on the row on a second axis, its own place on the cycle. So each row
// looks at each event of its profile. They are few (two weeks of one route), and a list for each snapshot keeps them side by side.

import { identifier as quoted } from '@flightdeck/dataset';
import type { FeatureView, Nearness } from './definition.ts';
import type { Profile, Tally } from './plan.ts';
import { firstSnapshotAfter, lastSnapshot } from './snapshots.ts';

/** Makes the profile's table: `id` and the tallies of each wanted row that has a profile with any event in it. */
export function profileTable(view: FeatureView, profile: Profile): string {
  const { name, event, match, columns, over, snapshot, tallies } = profile;
  const keys = Object.keys(match).map(quoted);
  const by = Object.values(match).map(quoted);
  const own = [...new Set(tallies.map((tally) => quoted(tally.own)))];
  const kept = columns.map((column) => `${quoted(column)} := ${quoted(column)}`).join(', ');
  const values = new Set(
    tallies.flatMap(({ of }) => (of === 'n' ? [] : [`event.${quoted(of)} as ${quoted(of)}`])),
  );
  const known = firstSnapshotAfter(quoted(view.events[event]!.at), snapshot);
  const sameKey = keys.map((key, index) => `asked.${by[index]} = joined.${key}`);
  return `create or replace table ${quoted(name)} as
    with
    -- 1. The events of each key that a snapshot is the first to know.
    joined as (
      select ${[...keys, `${known} as moment`].join(', ')}, list(struct_pack(${kept})) as events
      from happened group by all),
    -- 2. Each row beside each event of its profile, which is what the snapshots within its window were the first to know.
    asked as (
      select ${['id', ...by, ...own].join(', ')},
        ${lastSnapshot('time', snapshot)} - unnest(range(0, ${over}, ${snapshot.every})) as moment
      from wanted),
    pairs as (
      select asked.id, ${own.map((column) => `asked.${column}`).join(', ')}, unnest(joined.events) as event
      from asked join joined on ${[...sameKey, 'asked.moment = joined.moment'].join(' and ')}),
    -- 3. How far apart they are on the cycle, and how many are near.
    placed as (select ${['id', ...values, ...distances(tallies)].join(', ')} from pairs)
    select id, ${tallies.map(tallyExpression).join(', ')} from placed group by id`;
}

/** x of the declaration's docstring, in [0, period). The remainder in SQL has the sign of what is divided. */
function distances(tallies: readonly Tally[]): string[] {
  const all = tallies.map((tally) => {
    const x = `${quoted(tally.own)} - event.${quoted(tally.theirs)}`;
    return `((${x}) % ${tally.period} + ${tally.period}) % ${tally.period} as ${distanceColumn(tally)}`;
  });
  return [...new Set(all)];
}

function distanceColumn({ theirs, own, period }: Nearness): string {
  return quoted(`${own} - ${theirs} mod ${period}`);
}

function tallyExpression(tally: Tally): string {
  const amount =
    tally.of === 'n' ? `count_if(${isNear(tally)})` : `sum(${quoted(tally.of)}) filter (${isNear(tally)})`;
  return `${amount}::integer as ${quoted(tally.name)}`;
}

function isNear(nearness: Nearness): string {
  const { from, to, period } = nearness;
  const x = distanceColumn(nearness);
  if (from < 0 && to >= 0) return `(${x} <= ${to} or ${x} >= ${from + period})`;
  return from < 0 ? `${x} between ${from + period} and ${to + period}` : `${x} between ${from} and ${to}`;
}
