// Who knows which column when, worked out from a model's feature view: what a caller can send with a row that is to be predicted, and
// what an event can tell. A column that an event makes known (a delay, by a landing) is in nothing that is sent before it.

import { FlightdeckError } from '@flightdeck/core';
import type { ModelDefinition } from '@flightdeck/training';

export type FeatureView = ModelDefinition['features'];

export interface KnownColumns {
  /** Field of an instance to the dataset's column that it is filled from. */
  readonly instance: Readonly<Record<string, string>>;
  /** Columns of each type of event; no types where the model looks nothing up. */
  readonly events: Readonly<Record<string, readonly string[]>>;
  /** The column that the label is worked out from, and the value above which it is 1. */
  readonly label: { readonly column: string; readonly threshold: number };
}

export function knownColumns(view: FeatureView): KnownColumns {
  const features = Object.entries(view.features);
  const fields = features.flatMap(([name, feature]): [string, string][] =>
    feature.kind === 'number' || feature.kind === 'category' ? [[name, feature.column]] : [],
  );
  for (const [name, column] of fields) {
    if (view.derived[column])
      throw notReplayable(view, `the feature ${name} is worked out from ${column}, which no dataset has`);
  }
  const raw = (names: readonly string[]) => [...new Set(names.flatMap((name) => rawColumns(view, name)))];
  const atTheTime = new Set(fields.map(([, column]) => column));
  const revealedBy = ({ values, positions = [] }: FeatureView['events'][string]) => [...values, ...positions];
  const revealed = Object.values(view.events).flatMap(revealedBy);
  const outcomes = new Set(raw([...revealed, view.label]).filter((column) => !atTheTime.has(column)));
  const keys = raw([...Object.values(view.entities).flat(), ...Object.keys(view.derived)]);
  const open = keys.filter((column) => !outcomes.has(column));
  const aggregates = [...Object.values(view.priors), ...Object.values(view.features)];
  const matched = raw(aggregates.flatMap(ownColumns));
  const needed = fields.length < features.length ? Object.entries(view.events) : [];
  const events = needed.map(([type, event]): [string, string[]] => [
    type,
    [...new Set([...open, ...raw(revealedBy(event))])],
  ]);
  return {
    instance: {
      ...Object.fromEntries(matched.map((column) => [column, column])),
      ...Object.fromEntries(fields),
    },
    events: Object.fromEntries(events),
    label: labelRule(view),
  };
}

type Aggregate = FeatureView['features'][string] | FeatureView['priors'][string];

/** What a row is looked up by, and what says where on a cycle it is. */
function ownColumns(aggregate: Aggregate): string[] {
  if (!('match' in aggregate)) return [];
  const nearness = aggregate.kind === 'deficit' ? aggregate.expected : aggregate;
  return [...Object.values(aggregate.match), ...('own' in nearness ? [nearness.own] : [])];
}

/** The dataset's columns behind a name: itself, or what its rule is worked out from. */
function rawColumns(view: FeatureView, name: string): string[] {
  const rule = view.derived[name];
  if (rule === undefined) return [name];
  // Whatever a rule names but its kind is a column, so this holds for rules that are still to be invented.
  const named = Object.entries(rule).filter(([key, value]) => key !== 'kind' && typeof value === 'string');
  return named.flatMap(([, column]) => (column === name ? [name] : rawColumns(view, String(column))));
}

function labelRule(view: FeatureView): KnownColumns['label'] {
  const rule = view.derived[view.label];
  if (rule?.kind === 'exceeds') return { column: rule.column, threshold: rule.threshold };
  throw notReplayable(
    view,
    `the label ${view.label} is no derived column of kind "exceeds", which gives 0 or 1`,
  );
}

function notReplayable(view: FeatureView, why: string): FlightdeckError {
  return new FlightdeckError(
    'VIEW_NOT_REPLAYABLE',
    `Rows of ${view.name} cannot be replayed: ${why}. Declare it otherwise.`,
  );
}
