// From totals and tallies to a feature's value: the same ratios, differences and smoothing, in the same order of operations, as
// projection.ts writes in SQL.

import type { Aggregate, Match, Mean, Snapshot } from '../definition.ts';
import { type Profiled, tallyName } from '../plan.ts';
import { type OnlineLookup, type OnlinePlan, signOfLife } from './online-plan.ts';

/** All that was looked up for a row, from `start` of each lookup in the plan. NaN where it is not known, and so is what follows from it. */
export type RowNumbers = Float64Array;

export interface CompiledAggregate {
  /** Places of the lookups it is worked out from, with those of `isStale`. */
  readonly lookups: readonly number[];
  /** NaN where something is not known, there is nothing to average, or the row is nowhere on the cycle. */
  value(numbers: RowNumbers): number;
  /** Whether an event that it needs has not happened for longer than the event's freshness. */
  isStale(numbers: RowNumbers): boolean;
}

/** A number that is worked out from a row's. */
interface Term {
  readonly lookups: readonly number[];
  of(numbers: RowNumbers): number;
}

/** Compiles an aggregate. Its value is rounded to single precision, as the offline engine stores it. */
export function compileAggregate(plan: OnlinePlan, aggregate: Aggregate): CompiledAggregate {
  const term = termOf(plan, aggregate);
  const signs = eventsOfAggregate(plan, aggregate).flatMap((event) => {
    const { freshness } = plan.view.events[event]!;
    return freshness === undefined ? [] : [sumOf(plan, signOfLife(event, freshness), 'n')];
  });
  return {
    lookups: [...new Set([term, ...signs].flatMap(({ lookups }) => lookups))],
    value: (numbers) => Math.fround(term.of(numbers)),
    isStale(numbers) {
      for (const sign of signs) if (sign.of(numbers) === 0) return true;
      return false;
    },
  };
}

function eventsOfAggregate(plan: OnlinePlan, aggregate: Aggregate): string[] {
  if (aggregate.kind === 'open') return [aggregate.opens, aggregate.closes];
  if (aggregate.kind === 'deficit') return [aggregate.expected.event, aggregate.seen.event];
  const prior = aggregate.kind === 'mean' ? aggregate.smoothing?.towards : undefined;
  return [aggregate.event, ...(prior === undefined ? [] : [plan.view.priors[prior]!.event])];
}

function termOf(plan: OnlinePlan, aggregate: Aggregate): Term {
  switch (aggregate.kind) {
    case 'count':
      return sumOf(plan, aggregate, 'n');
    case 'open': {
      const { match } = aggregate;
      const opened = sumOf(plan, { event: aggregate.opens, match, over: 'ever' }, 'n');
      const closed = sumOf(plan, { event: aggregate.closes, match, over: 'ever' }, 'n');
      return {
        lookups: [...opened.lookups, ...closed.lookups],
        of: (numbers) => opened.of(numbers) - closed.of(numbers),
      };
    }
    case 'mean':
      return meanOf(plan, aggregate);
    case 'near':
      return nearOf(plan, aggregate, aggregate.value);
    case 'deficit': {
      const { match, expected, seen } = aggregate;
      const { period, over } = expected;
      const n = tallyOf(plan, { match, ...expected }, 'n');
      const come = sumOf(plan, { match, ...seen }, 'n');
      return {
        lookups: [...n.lookups, ...come.lookups],
        of: (numbers) => (n.of(numbers) * period) / over - come.of(numbers),
      };
    }
  }
}

function nearOf(plan: OnlinePlan, near: Profiled, value: string | undefined): Term {
  const n = tallyOf(plan, near, 'n');
  return value === undefined ? n : ratioOf(tallyOf(plan, near, value), n);
}

/** Nothing by nothing is NaN: there is nothing to average. */
function ratioOf(sum: Term, n: Term): Term {
  return { lookups: n.lookups, of: (numbers) => sum.of(numbers) / n.of(numbers) };
}

function meanOf(plan: OnlinePlan, mean: Mean): Term {
  const sum = sumOf(plan, mean, mean.value);
  const n = sumOf(plan, mean, 'n');
  if (!mean.smoothing) return ratioOf(sum, n);
  const { towards, weight } = mean.smoothing;
  const prior = meanOf(plan, plan.view.priors[towards]!);
  return {
    lookups: [...sum.lookups, ...prior.lookups],
    of: (numbers) => (sum.of(numbers) + weight * prior.of(numbers)) / (n.of(numbers) + weight),
  };
}

interface SumRequest {
  readonly event: string;
  readonly match: Match;
  readonly over: number | 'ever';
  readonly snapshot?: Snapshot;
}

/** A value's sum over a window (of `n`: the count): the totals before its end less those before its beginning. */
function sumOf(plan: OnlinePlan, request: SumRequest, value: string): Term {
  const { name } = plan.lookupOf(request.event, request.match, request.snapshot);
  const { place, lookup } = lookupNamed(plan, name);
  const { values } = plan.view.events[request.event]!;
  const end = lookup.start + (value === 'n' ? 0 : 1 + values.indexOf(value));
  if (request.over === 'ever') return { lookups: [place], of: (numbers) => numbers[end]! };
  const begin = beginOf(lookup, request.over) * (values.length + 1) + end;
  return { lookups: [place], of: (numbers) => numbers[end]! - numbers[begin]! };
}

/** Which of a lookup's ends is the beginning of a window. */
function beginOf({ ages }: OnlineLookup, over: number): number {
  return ages.indexOf(over) + 1;
}

/** One of the tallies that a profile's lookup has become for a row. */
function tallyOf(plan: OnlinePlan, near: Profiled, of: string): Term {
  const { name, tallies } = plan.profileOf(near);
  const { place, lookup } = lookupNamed(plan, name);
  const at = lookup.start + tallies.findIndex((tally) => tally.name === tallyName(near, of));
  return { lookups: [place], of: (numbers) => numbers[at]! };
}

function lookupNamed({ lookups }: OnlinePlan, name: string) {
  const place = lookups.findIndex((lookup) => lookup.name === name);
  return { place, lookup: lookups[place]! };
}
