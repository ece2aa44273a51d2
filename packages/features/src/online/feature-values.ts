// From totals and tallies to a feature's value: the same ratios, differences and smoothing, in the same order of operations, as
// projection.ts writes in SQL.

import type { Aggregate, Match, Mean, Snapshot } from '../definition.ts';
import { type Lookup, type Profiled, tallyName } from '../plan.ts';
import { type OnlinePlan, signOfLife } from './online-plan.ts';
import type { Totals } from './store.ts';

/**
 * A row's totals, and a profile's tallies, by the place of their lookup in the plan. Undefined where the row has no key for it, null where
 * it is too old.
 */
export type RowTotals = readonly (Totals | undefined)[];

export interface CompiledAggregate {
  /** Places of the lookups it is worked out from; those of `stale` are among them or beside them. */
  readonly lookups: readonly number[];
  /** To be asked only when all its lookups have totals. Null where there is nothing to average, or the row is nowhere on the cycle. */
  value(totals: RowTotals): number | null;
  /** Whether an event that it needs has not happened for longer than the event's freshness. */
  stale(totals: RowTotals): boolean;
}

/** A number that is worked out from a row's totals. */
interface Term<Value> {
  readonly lookups: readonly number[];
  of(totals: RowTotals): Value;
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
    value(totals) {
      const value = term.of(totals);
      return value === null || Number.isNaN(value) ? null : Math.fround(value);
    },
    stale: (totals) => signs.some((sign) => sign.of(totals) === 0),
  };
}

function eventsOfAggregate(plan: OnlinePlan, aggregate: Aggregate): string[] {
  if (aggregate.kind === 'open') return [aggregate.opens, aggregate.closes];
  if (aggregate.kind === 'deficit') return [aggregate.expected.event, aggregate.seen.event];
  const prior = aggregate.kind === 'mean' ? aggregate.smoothing?.towards : undefined;
  return [aggregate.event, ...(prior === undefined ? [] : [plan.view.priors[prior]!.event])];
}

function termOf(plan: OnlinePlan, aggregate: Aggregate): Term<number | null> {
  switch (aggregate.kind) {
    case 'count':
      return sumOf(plan, aggregate, 'n');
    case 'open': {
      const { match } = aggregate;
      const opened = sumOf(plan, { event: aggregate.opens, match, over: 'ever' }, 'n');
      const closed = sumOf(plan, { event: aggregate.closes, match, over: 'ever' }, 'n');
      return {
        lookups: [...opened.lookups, ...closed.lookups],
        of: (totals) => opened.of(totals) - closed.of(totals),
      };
    }
    case 'mean':
      return meanOf(plan, aggregate);
    case 'near':
      return nearOf(plan, aggregate, aggregate.value);
    case 'deficit': {
      const { match, expected, seen } = aggregate;
      const n = tallyOf(plan, { match, ...expected }, 'n');
      const come = sumOf(plan, { match, ...seen }, 'n');
      return {
        lookups: [...n.lookups, ...come.lookups],
        of: (totals) => (n.of(totals) * expected.period) / expected.over - come.of(totals),
      };
    }
  }
}

function nearOf(plan: OnlinePlan, near: Profiled, value: string | undefined): Term<number | null> {
  const n = tallyOf(plan, near, 'n');
  if (value === undefined) return n;
  const sum = tallyOf(plan, near, value);
  return {
    lookups: n.lookups,
    of: (totals) => (n.of(totals) === 0 ? null : sum.of(totals) / n.of(totals)),
  };
}

function meanOf(plan: OnlinePlan, mean: Mean): Term<number | null> {
  const sum = sumOf(plan, mean, mean.value);
  const n = sumOf(plan, mean, 'n');
  if (!mean.smoothing) {
    return {
      lookups: sum.lookups,
      of: (totals) => (n.of(totals) === 0 ? null : sum.of(totals) / n.of(totals)),
    };
  }
  const { towards, weight } = mean.smoothing;
  const prior = meanOf(plan, plan.view.priors[towards]!);
  return {
    lookups: [...sum.lookups, ...prior.lookups],
    of(totals) {
      const expected = prior.of(totals);
      return expected === null ? null : (sum.of(totals) + weight * expected) / (n.of(totals) + weight);
    },
  };
}

interface SumRequest {
  readonly event: string;
  readonly match: Match;
  readonly over: number | 'ever';
  readonly snapshot?: Snapshot;
}

/** A value's sum over a window (of `n`: the count): the totals before its end less those before its beginning. */
function sumOf(plan: OnlinePlan, request: SumRequest, value: string): Term<number> {
  const lookup = plan.lookupOf(request.event, request.match, request.snapshot);
  const place = plan.lookups.indexOf(lookup);
  const { values } = plan.view.events[request.event]!;
  const end = value === 'n' ? 0 : 1 + values.indexOf(value);
  if (request.over === 'ever') return { lookups: [place], of: (totals) => totals[place]![end]! };
  const begin = beginOf(lookup, request.over) * (values.length + 1) + end;
  return { lookups: [place], of: (totals) => totals[place]![end]! - totals[place]![begin]! };
}

/** Which of a lookup's ends is the beginning of a window. */
function beginOf({ ages }: Lookup, over: number): number {
  return ages.indexOf(over) + 1;
}

/** One of the tallies that a profile's lookup has become for a row. */
function tallyOf(plan: OnlinePlan, near: Profiled, of: string): Term<number> {
  const { name, tallies } = plan.profileOf(near);
  const place = plan.lookups.findIndex((lookup) => lookup.name === name);
  const tally = tallies.findIndex((tally) => tally.name === tallyName(near, of));
  return { lookups: [place], of: (totals) => totals[place]![tally]! };
}
