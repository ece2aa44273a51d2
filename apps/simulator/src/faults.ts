// Faults: what can be made to go wrong with a replay between two moments of event time. Some change what is sent, purely and row by row;
// others are done to the world around serving (controls.ts).

import { draw } from './draw.ts';
import type { Scalar, Values } from './replay-source.ts';
import type { Changes, Label, Prediction } from './schedule.ts';

export type Fault = StreamFault | WorldFault;

export type StreamFault =
  /** Callers send a field under another name. */
  | { readonly kind: 'rename'; readonly field: string; readonly to: string }
  /** Callers stop sending a field. */
  | { readonly kind: 'omit'; readonly field: string }
  /** A share of the callers send null. NaN is no JSON: null is how a number that is none arrives. */
  | { readonly kind: 'nulls'; readonly field: string; readonly share: number }
  | { readonly kind: 'freeze'; readonly field: string; readonly value: Scalar }
  /** A number times `factor`, kept within what serving accepts. */
  | {
      readonly kind: 'scale';
      readonly field: string;
      readonly factor: number;
      readonly minimum: number;
      readonly maximum: number;
    }
  | { readonly kind: 'late-labels'; readonly minutes: number }
  | { readonly kind: 'missing-labels'; readonly share: number }
  | { readonly kind: 'flipped-labels' };

export type WorldFault =
  /** The proxy that the plan put into a connection delays, resets or swallows. */
  | { readonly kind: 'link'; readonly mode: LinkMode }
  /** The Redis that the plan named is stopped (and goes on afterwards). */
  | { readonly kind: 'pause-redis' }
  /** The Redis that the plan named is killed. Whoever started it starts it again when told of the end. */
  | { readonly kind: 'kill-redis' }
  /** Somebody else does it (registers a damaged candidate) and says when it is done: the replay waits. */
  | { readonly kind: 'asked' };

export type LinkMode =
  | { readonly kind: 'pass' }
  /** Every answer comes so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'reset' }
  /** Connections are taken, and nothing ever comes. */
  | { readonly kind: 'black-hole' };

/** A fault with a name, from a moment (inclusive) to another (exclusive), minutes. */
export interface TimedFault {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly fault: Fault;
}

export function isActive({ from, to }: TimedFault, at: number): boolean {
  return at >= from && at < to;
}

/** The changes that faults make to a replay with this seed, each to what falls into its time. */
export function changesOf(faults: readonly TimedFault[], seed: number): Changes {
  const chance = (purpose: string) => (row: number) => draw(seed, purpose, row);
  const at = <Item extends { readonly at: number }>(
    item: Item,
    change: (item: Item, fault: Fault, chance: (row: number) => number) => Item,
  ): Item =>
    faults
      .filter((fault) => isActive(fault, item.at))
      .reduce((changed, { name, fault }) => change(changed, fault, chance(name)), item);
  return {
    prediction: (prediction) => at(prediction, changedPrediction),
    label: (label) => at(label, changedLabel),
  };
}

/** How much later than recorded the faults may send a label. */
export function latestLabelDelay(faults: readonly TimedFault[]): number {
  const delays = faults.map(({ fault }) => (fault.kind === 'late-labels' ? fault.minutes : 0));
  return delays.reduce((sum, minutes) => sum + minutes, 0);
}

function changedPrediction(
  prediction: Prediction,
  fault: Fault,
  chance: (row: number) => number,
): Prediction {
  if (!('field' in fault)) return prediction;
  const { [fault.field]: value = null, ...others } = prediction.instance;
  const instance = (): Values => {
    switch (fault.kind) {
      case 'rename':
        return { ...others, [fault.to]: value };
      case 'omit':
        return others;
      case 'nulls':
        return chance(prediction.row) < fault.share
          ? { ...others, [fault.field]: null }
          : prediction.instance;
      case 'freeze':
        return { ...others, [fault.field]: fault.value };
      case 'scale':
        return { ...others, [fault.field]: scaled(value, fault) };
    }
  };
  return { ...prediction, instance: instance() };
}

function scaled(value: Scalar, { factor, minimum, maximum }: StreamFault & { kind: 'scale' }): Scalar {
  return typeof value === 'number' ? Math.min(maximum, Math.max(minimum, value * factor)) : value;
}

function changedLabel(label: Label, fault: Fault, chance: (row: number) => number): Label {
  switch (fault.kind) {
    case 'late-labels':
      return { ...label, at: label.at + fault.minutes };
    case 'missing-labels':
      return chance(label.row) < fault.share ? { ...label, label: null } : label;
    case 'flipped-labels':
      return label.label === null ? label : { ...label, label: label.label === 1 ? 0 : 1 };
    default:
      return label;
  }
}
