// What a declaration must hold for an engine to run it: every event, value, position and prior that it names is declared, and its
// windows fit.

import { FlightdeckError } from '@flightdeck/core';
import type { Aggregate, FeatureView, Mean, Nearness, Snapshot } from './definition.ts';

/** Throws FEATURES_INVALID, naming the feature and what is wrong with it. */
export function requireSound(view: FeatureView, name: string, aggregate: Aggregate): void {
  for (const part of partsOf(aggregate)) {
    const problem =
      eventProblem(view, part) ?? windowProblem(part) ?? valueProblem(view, part) ?? nearProblem(view, part);
    if (problem) throw new FlightdeckError('FEATURES_INVALID', `Feature ${name} of ${view.name}: ${problem}`);
  }
}

/** One of the events that an aggregate looks at, and all that it says of it. */
interface Part extends Partial<Nearness> {
  readonly event: string;
  readonly over?: number;
  readonly snapshot?: Snapshot;
  readonly value?: string;
  readonly smoothing?: Mean['smoothing'];
}

function partsOf(aggregate: Aggregate): readonly Part[] {
  switch (aggregate.kind) {
    case 'open':
      return [{ event: aggregate.opens }, { event: aggregate.closes }];
    case 'deficit':
      return [aggregate.expected, aggregate.seen];
    default:
      return [aggregate];
  }
}

function eventProblem(view: FeatureView, { event }: Part): string | undefined {
  if (view.events[event]) return undefined;
  return `no event "${event}". Declared are ${Object.keys(view.events).join(', ')}.`;
}

function windowProblem({ over, snapshot }: Part): string | undefined {
  if (over === undefined) return undefined;
  if (!(over > 0)) return `its window must be longer than 0 minutes, not ${over}.`;
  if (!snapshot || over % snapshot.every === 0) return undefined;
  return `its window of ${over} minutes is no multiple of its snapshot's ${snapshot.every}.`;
}

function valueProblem(view: FeatureView, { event, value, smoothing }: Part): string | undefined {
  const { values } = view.events[event]!;
  if (value !== undefined && !values.includes(value))
    return `the event ${event} does not make "${value}" known, only ${values.join(', ') || 'nothing'}.`;
  if (smoothing && !view.priors[smoothing.towards])
    return `no prior "${smoothing.towards}" to smooth towards.`;
  return undefined;
}

function nearProblem(view: FeatureView, { event, theirs, period, from, to }: Part): string | undefined {
  if (theirs === undefined) return undefined;
  const positions = view.events[event]!.positions ?? [];
  if (!positions.includes(theirs))
    return `the event ${event} has no position "${theirs}", only ${positions.join(', ') || 'none'}.`;
  const [p, a, b] = [period!, from!, to!];
  const whole = [p, a, b].every(Number.isSafeInteger);
  if (whole && -p < a && a <= b && b < p && b - a < p) return undefined;
  return `[${a}, ${b}] is no part of a cycle of ${p}: whole numbers with -${p} < from <= to < ${p}, less than ${p} apart.`;
}
