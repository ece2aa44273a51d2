// How many of a profile's events are near a row, and what their values add up to: the online counterpart of profiles.ts.
//
// All rows until the next snapshot share a profile. So its events are put in the order of the cycle once, with running sums beside them,
// and what is near a row is the difference of two of these.

import type { Nearness } from '../definition.ts';
import type { Profile, Tally } from '../plan.ts';
import { type Columns, type ColumnValue, columnReader } from './columns.ts';
import type { OnlinePlan } from './online-plan.ts';

/**
 * Works out all tallies of a profile from the columns of its events and those of the row, and writes them to `numbers`, from `start` in
 * their order. NaN where the row does not say where on the cycle it is.
 */
export type WriteTallies = (
  events: readonly number[],
  row: Columns,
  numbers: Float64Array,
  start: number,
) => void;

/** Events in the order in which they lie on a cycle. */
interface Cycle {
  /** In [0, period). */
  readonly positions: Float64Array;
  /** By what is tallied: for each position the sum over the events before it, then the sum over all. */
  readonly sums: readonly Float64Array[];
}

export function compileTallies(plan: OnlinePlan, { columns, tallies }: Profile): WriteTallies {
  const axes = [...Map.groupBy(tallies, axisName).values()].map((own) => axisOf(plan, own, columns, tallies));
  // A store that has kept what was read last answers with the same array: then what was made of it still holds.
  const known = new WeakMap<readonly number[], readonly Cycle[]>();

  function cyclesOf(events: readonly number[]): readonly Cycle[] {
    const found = known.get(events);
    if (found) return found;
    const cycles = axes.map((axis) => cycleOf(events, columns.length, axis));
    known.set(events, cycles);
    return cycles;
  }

  return (events, row, numbers, start) => {
    const cycles = cyclesOf(events);
    for (let index = 0; index < axes.length; index++) {
      const { readOwn, tallies } = axes[index]!;
      const own = numberOf(readOwn(row));
      for (const tally of tallies) numbers[start + tally.place] = amountNear(own, tally, cycles[index]!);
    }
  };
}

interface Axis {
  readonly readOwn: (columns: Columns) => ColumnValue;
  /** Among an event's columns. */
  readonly theirs: number;
  readonly period: number;
  /** What is tallied, as places among an event's columns; -1: the events are counted. */
  readonly amounts: readonly number[];
  readonly tallies: readonly PlacedTally[];
}

interface PlacedTally extends Tally {
  /** Among all tallies of the profile. */
  readonly place: number;
  /** Among the axis's amounts. */
  readonly amount: number;
}

function axisName({ own, theirs, period }: Nearness): string {
  return JSON.stringify([own, theirs, period]);
}

function axisOf(
  plan: OnlinePlan,
  own: readonly Tally[],
  columns: readonly string[],
  all: readonly Tally[],
): Axis {
  const amounts = [...new Set(own.map(({ of }) => of))];
  return {
    readOwn: columnReader(plan.view, own[0]!.own),
    theirs: columns.indexOf(own[0]!.theirs),
    period: own[0]!.period,
    amounts: amounts.map((of) => columns.indexOf(of)),
    tallies: own.map((tally) => ({ ...tally, place: all.indexOf(tally), amount: amounts.indexOf(tally.of) })),
  };
}

function cycleOf(events: readonly number[], width: number, { theirs, period, amounts }: Axis): Cycle {
  const places = new Float64Array(events.length / width).map((_, event) =>
    modulo(events[event * width + theirs]!, period),
  );
  const order = new Uint32Array(places.length).map((_, event) => event);
  order.sort((one, other) => places[one]! - places[other]!);
  return {
    positions: places.map((_, index) => places[order[index]!]!),
    sums: amounts.map((amount) => {
      const sums = new Float64Array(order.length + 1);
      order.forEach((event, index) => {
        sums[index + 1] = sums[index]! + (amount < 0 ? 1 : events[event * width + amount]!);
      });
      return sums;
    }),
  };
}

/** Near are the positions from own - to up to own - from. */
function amountNear(
  own: number,
  { from, to, period, amount }: PlacedTally,
  { positions, sums }: Cycle,
): number {
  if (Number.isNaN(own)) return Number.NaN;
  const before = sums[amount]!;
  const end = Math.floor(own - from) + 1;
  return amountBefore(end, period, positions, before) - amountBefore(own - to, period, positions, before);
}

/** What the events add up to that lie before a place, if the cycle went on and on from 0, the same each time. */
function amountBefore(place: number, period: number, positions: Float64Array, before: Float64Array): number {
  const cycles = Math.floor(place / period);
  const rest = before[countBefore(positions, place - cycles * period)]!;
  return cycles === 0 ? rest : cycles * before.at(-1)! + rest;
}

/** How many positions are less than a bound. */
function countBefore(positions: Float64Array, bound: number): number {
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (positions[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

function modulo(value: number, period: number): number {
  return ((value % period) + period) % period;
}

function numberOf(value: ColumnValue): number {
  return typeof value === 'number' ? value : Number.NaN;
}
