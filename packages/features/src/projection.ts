// From looked-up sums to a feature's value, as SQL: ratios, differences and smoothing.

import { identifier as quoted } from '@flightdeck/dataset';
import type { Count, FeatureView, Match, Mean, Open, Snapshot } from './definition.ts';
import type { Plan } from './plan.ts';

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

function aggregateExpression(view: FeatureView, plan: Plan, aggregate: Mean | Count | Open): string {
  switch (aggregate.kind) {
    case 'count':
      return sumOf(plan, aggregate, 'n');
    case 'open': {
      const ever = (event: string) => sumOf(plan, { event, match: aggregate.match, over: 'ever' }, 'n');
      return `${ever(aggregate.opens)} - ${ever(aggregate.closes)}`;
    }
    case 'mean':
      return meanExpression(view, plan, aggregate);
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
