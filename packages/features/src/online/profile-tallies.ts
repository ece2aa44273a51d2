// How many of a profile's events are near a row, and what their values add up to: the online counterpart of profiles.ts.

import type { Nearness } from '../definition.ts';
import type { Profile, Tally } from '../plan.ts';
import { type Columns, type ColumnValue, columnReader } from './columns.ts';
import type { OnlinePlan } from './online-plan.ts';

/**
 * Works out all tallies of a profile, in their order, from the columns of its events and those of the row. NaN where the row does not
 * say where on the cycle it is.
 */
export function compileTallies(
  plan: OnlinePlan,
  { columns, tallies }: Profile,
): (events: readonly number[], row: Columns) => number[] {
  const axes = [...Map.groupBy(tallies, axisName).values()].map(([first]) => ({
    ...first!,
    readOwn: columnReader(plan.view, first!.own),
    place: columns.indexOf(first!.theirs),
  }));
  const compiled = tallies.map((tally) => ({
    ...tally,
    axis: axes.findIndex((axis) => axisName(axis) === axisName(tally)),
    place: columns.indexOf(tally.of),
  }));
  return (events, row) => {
    const distances = axes.map(({ readOwn, place, period }) =>
      distancesFrom(numberOf(readOwn(row)), events, columns.length, place, period),
    );
    return compiled.map((tally) => tallyOf(tally, distances[tally.axis]!, events, columns.length));
  };
}

function axisName({ own, theirs, period }: Nearness): string {
  return JSON.stringify([own, theirs, period]);
}

function numberOf(value: ColumnValue): number {
  return typeof value === 'number' ? value : Number.NaN;
}

/** x of the declaration's docstring for each event, in [0, period); undefined where the row has no place. */
function distancesFrom(
  own: number,
  events: readonly number[],
  width: number,
  place: number,
  period: number,
): readonly number[] | undefined {
  if (Number.isNaN(own)) return undefined;
  const distances: number[] = [];
  for (let at = place; at < events.length; at += width) {
    distances.push((((own - events[at]!) % period) + period) % period);
  }
  return distances;
}

/** `place`: which column is summed; -1: none, the events are counted. */
function tallyOf(
  { from, to, period, place }: Tally & { readonly place: number },
  distances: readonly number[] | undefined,
  events: readonly number[],
  width: number,
): number {
  if (!distances) return Number.NaN;
  let sum = 0;
  for (let index = 0; index < distances.length; index++) {
    const x = distances[index]!;
    if ((x < from || x > to) && (x - period < from || x - period > to)) continue;
    sum += place < 0 ? 1 : events[index * width + place]!;
  }
  return sum;
}
