// From looked-up sums to a feature's value, as SQL: ratios, differences and smoothing.

import { identifier as quoted } from '@flightdeck/dataset';
import type { Aggregate, FeatureView, Match, Mean, Snapshot } from './definition.ts';
import { type Plan, type Profiled, tallyName } from './plan.ts';

/** Column of a lookup that holds a value's sum (of `n`: the count) over a window of so many minutes, or over all time. */
export function sumColumn(value: string, over: number | 'ever'): string {
  return `${value}_${over}`;
}

/** The SQL expression of one feature over the joined lookups. */
export function featureExpression(view: FeatureView, plan: Plan, name: string): string {
  const feature = view.features[name]!;
  switch (feature.kind) {
    case 'category':
      return `wanted.${quoted(feature.column)}::varchar`;
    case 'number':
      return `wanted.${quoted(feature.column)}::float`;
    default:
      return `(${aggregateExpression(view, plan, feature)})::float`;
  }
}

function aggregateExpression(view: FeatureView, plan: Plan, aggregate: Aggregate): string {
  switch (aggregate.kind) {
    case 'count':
      return sumOf(plan, aggregate, 'n');
    case 'open': {
      const ever = (event: string) => sumOf(plan, { event, match: aggregate.match, over: 'ever' }, 'n');
      return `${ever(aggregate.opens)} - ${ever(aggregate.closes)}`;
    }
    case 'mean':
      return meanExpression(view, plan, aggregate);
    case 'near': {
      const n = tallyOf(plan, aggregate, 'n');
      return aggregate.value === undefined
        ? n
        : `${tallyOf(plan, aggregate, aggregate.value)} / nullif(${n}, 0)`;
    }
    case 'deficit': {
      const { match, expected, seen } = aggregate;
      const n = tallyOf(plan, { match, ...expected }, 'n');
      return `${n}::double * ${expected.period} / ${expected.over} - ${sumOf(plan, { match, ...seen }, 'n')}`;
    }
  }
}

function meanExpression(view: FeatureView, plan: Plan, mean: Mean): string {
  const sum = sumOf(plan, mean, mean.value);
  const n = sumOf(plan, mean, 'n');
  if (!mean.smoothing) return `(${sum}) / nullif(${n}, 0)`;
  const { towards, weight } = mean.smoothing;
  return `(${sum} + ${weight} * (${meanExpression(view, plan, view.priors[towards]!)})) / (${n} + ${weight})`;
}

interface SumRequest {
  readonly event: string;
  readonly match: Match;
  readonly over: number | 'ever';
  readonly snapshot?: Snapshot;
}

function sumOf(plan: Plan, { event, match, over, snapshot }: SumRequest, value: string): string {
  return `${quoted(plan.lookupOf(event, match, snapshot).name)}.${quoted(sumColumn(value, over))}`;
}

/** A row without a profile has nothing near it. */
function tallyOf(plan: Plan, near: Profiled, value: string): string {
  return `coalesce(${quoted(plan.profileOf(near).name)}.${quoted(tallyName(near, value))}, 0)`;
}
