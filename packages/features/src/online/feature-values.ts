// From totals to a feature's value: the same ratios, differences and smoothing, in the same order of operations, as projection.ts
// writes in SQL.

import type { Count, Match, Mean, Open, Snapshot } from '../definition.ts';
import type { Lookup } from '../plan.ts';
import { type OnlinePlan, signOfLife } from './online-plan.ts';
import type { Totals } from './store.ts';

/** A row's totals, by the place of their lookup in the plan. Undefined where the row has no key for it, null where it is too old. */
export type RowTotals = readonly (Totals | undefined)[];

export interface Aggregate {
  /** Places of the lookups it is worked out from; those of `stale` are among them or beside them. */
  readonly lookups: readonly number[];
  /** To be asked only when all its lookups have totals. Null where there is nothing to average. */
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
export function compileAggregate(plan: OnlinePlan, aggregate: Mean | Count | Open): Aggregate {
  const term = termOf(plan, aggregate);
  const signs = eventsOfAggregate(plan, aggregate).flatMap((event) => {
    const { freshness } = plan.view.events[event]!;
    return freshness === undefined ? [] : [sumOf(plan, signOfLife(event, freshness), 'n')];
  });
  return {
    lookups: [...new Set([term, ...signs].flatMap(({ lookups }) => lookups))],
    value(totals) {
      const value = term.of(totals);
      return value === null ? null : Math.fround(value);
    },
    stale: (totals) => signs.some((sign) => sign.of(totals) === 0),
  };
}

function eventsOfAggregate(plan: OnlinePlan, aggregate: Mean | Count | Open): string[] {
  if (aggregate.kind === 'open') return [aggregate.opens, aggregate.closes];
  const prior = aggregate.kind === 'mean' ? aggregate.smoothing?.towards : undefined;
  return [aggregate.event, ...(prior === undefined ? [] : [plan.view.priors[prior]!.event])];
}

function termOf(plan: OnlinePlan, aggregate: Mean | Count | Open): Term<number | null> {
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
  }
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
