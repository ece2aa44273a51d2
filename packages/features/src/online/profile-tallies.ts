// How many of a profile's events are near a row, and what their values add up to: the online counterpart of profiles.ts.
//
// All rows until the next snapshot share a profile. So its events are put in the order of the cycle once, with running sums beside them,
// and what is near a row is the difference of two of these.

import type { Nearness } from '../definition.ts';
import type { Profile, Tally } from '../plan.ts';
import { type Columns, type ColumnValue, columnReader } from './columns.ts';
import { eventsBetween } from './kept-events.ts';
import type { OnlinePlan } from './online-plan.ts';
import type { Kept } from './rows.ts';

/**
 * Works out all tallies of a profile from the events of its key before a window's end and the columns of a row, and writes them to
 * `numbers`, from `start` in their order. NaN where the row does not say where on the cycle it is.
 */
export type WriteTallies = (
  kept: Kept | undefined,
  end: number,
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
  /** Where the row was that was tallied last, and what was near it. */
  own: number;
  readonly amounts: Float64Array;
}

/** What a key's window has been made into, by axis. */
interface Window {
  readonly changes: number;
  readonly end: number;
  readonly cycles: readonly Cycle[];
}

interface Windows {
  /** By whom: plans that share a store may look up something else at the same place. */
  readonly by: WriteTallies;
  readonly windows: readonly Window[];
}

/** A window ends at a snapshot, so rows ask for the same one until the next; and around one, for that before it as well. */
const remembered = 2;

/** `place`: where a key remembers what this lookup made of it. */
export function compileTallies(
  plan: OnlinePlan,
  { columns, tallies, over }: Profile,
  place: number,
): WriteTallies {
  const axes = [...Map.groupBy(tallies, axisName).values()].map((own) => axisOf(plan, own, columns, tallies));
  const nothing = axes.map((axis) => cycleOf([], columns.length, axis));

  function cyclesOf(kept: Kept, end: number): readonly Cycle[] {
    const made = kept.made[place] as Windows | undefined;
    const known = made?.by === write ? made.windows : [];
    for (const window of known) {
      if (window.end === end && window.changes === kept.changes) return window.cycles;
    }
    kept.readBefore = Math.max(kept.readBefore, end);
    const events = eventsBetween(kept.rows, columns.length, end - over, end);
    const cycles = axes.map((axis) => cycleOf(events, columns.length, axis));
    const windows = [{ changes: kept.changes, end, cycles }, ...known].slice(0, remembered);
    kept.made[place] = { by: write, windows } satisfies Windows;
    return cycles;
  }

  const write: WriteTallies = (kept, end, row, numbers, start) => {
    const cycles = kept ? cyclesOf(kept, end) : nothing;
    for (let index = 0; index < axes.length; index++) {
      const { readOwn, places, tallies } = axes[index]!;
      const cycle = cycles[index]!;
      const own = numberOf(readOwn(row));
      if (own !== cycle.own) tally(cycle, own, tallies);
      const { amounts } = cycle;
      for (let at = 0; at < places.length; at++) numbers[start + places[at]!] = amounts[at]!;
    }
  };
  return write;
}

interface Axis {
  readonly readOwn: (columns: Columns) => ColumnValue;
  /** Among an event's columns. */
  readonly theirs: number;
  readonly period: number;
  /** What is tallied, as places among an event's columns; -1: the events are counted. */
  readonly amounts: readonly number[];
  readonly tallies: readonly AxisTally[];
  /** Where these are among all tallies of the profile. */
  readonly places: readonly number[];
}

interface AxisTally extends Tally {
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
    tallies: own.map((tally) => ({ ...tally, amount: amounts.indexOf(tally.of) })),
    places: own.map((tally) => all.indexOf(tally)),
  };
}

function cycleOf(events: readonly number[], width: number, axis: Axis): Cycle {
  const { theirs, period, amounts, tallies } = axis;
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
    own: Number.NaN,
    amounts: new Float64Array(tallies.length).fill(Number.NaN),
  };
}

/** Changes the cycle. */
function tally(cycle: Cycle, own: number, tallies: readonly AxisTally[]): void {
  cycle.own = own;
  for (let index = 0; index < tallies.length; index++) {
    cycle.amounts[index] = amountNear(own, tallies[index]!, cycle);
  }
}

/** Near are the positions from own - to up to own - from. */
function amountNear(
  own: number,
  { from, to, period, amount }: AxisTally,
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
