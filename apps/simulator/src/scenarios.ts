// The named scenarios: what goes wrong, which alarm must follow, and how it ends. The names of a model's own fields come from its
// feature view, so that each model has the same scenarios.

import { FlightdeckError } from '@flightdeck/core';
import type { Fault, TimedFault } from './faults.ts';
import type { FeatureView } from './known-columns.ts';
import type { Values } from './replay-source.ts';

export interface Scenario {
  readonly name: string;
  /** One sentence for people. */
  readonly what: string;
  readonly expects: Alarm;
  readonly recovery: Recovery;
  /** The fault, given an instance as it was before. */
  fault(example: Values): Fault;
}

/** `kind:subject` is the item of a report that must be drifted or degraded; of a rollout, it is the verdict on the candidate that must fail. */
export interface Alarm {
  readonly kind: 'service' | 'missing' | 'defaulted' | 'drift' | 'quality' | 'rollout';
  readonly subject: string;
}

/**
 * `by itself`: the first whole window after the fault is quiet; `late`: so it is, and what was missing arrives as well;
 * `rolled back`: the champion of before serves again.
 */
export type Recovery = 'by itself' | 'late' | 'rolled back';

const twoDays = 2 * 1440;

/** All scenarios that a model can have: those about numbers need one among its fields, those about the feature store an aggregate. */
export function scenariosOf(view: FeatureView): Scenario[] {
  return [...fieldScenarios(view), ...storeScenarios(view), badModel(view.name), ...labelScenarios()];
}

/** SCENARIO_UNKNOWN names those there are. */
export function timedFaultOf(
  view: FeatureView,
  { name, from, to }: Pick<TimedFault, 'name' | 'from' | 'to'>,
  example: Values,
): TimedFault {
  const scenarios = scenariosOf(view);
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario) return { name, from, to, fault: scenario.fault(example) };
  throw new FlightdeckError(
    'SCENARIO_UNKNOWN',
    `${view.name} has no scenario "${name}". It has ${scenarios.map((each) => each.name).join(', ')}.`,
  );
}

function fieldScenarios(view: FeatureView): Scenario[] {
  const numbers = Object.entries(view.features).filter(([, feature]) => feature.kind === 'number');
  const [first] = numbers;
  const last = numbers.at(-1);
  if (first === undefined || last === undefined) return [];
  const [field, { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }] = last;
  return [
    {
      name: 'renamed-field',
      what: `Callers send ${field} under another name, which serving does not know.`,
      fault: () => ({ kind: 'rename', field, to: `${field}_v2` }),
      expects: { kind: 'service', subject: 'failed' },
      recovery: 'by itself',
    },
    {
      name: 'missing-field',
      what: `Callers stop sending ${field}.`,
      fault: () => ({ kind: 'omit', field }),
      expects: { kind: 'missing', subject: field },
      recovery: 'by itself',
    },
    {
      name: 'null-burst',
      what: `Four callers of ten send null for ${first[0]}.`,
      fault: () => ({ kind: 'nulls', field: first[0], share: 0.4 }),
      expects: { kind: 'missing', subject: first[0] },
      recovery: 'by itself',
    },
    {
      name: 'frozen-field',
      what: `Every caller sends the same ${first[0]}.`,
      fault: (example) => ({ kind: 'freeze', field: first[0], value: example[first[0]] ?? null }),
      expects: { kind: 'drift', subject: first[0] },
      recovery: 'by itself',
    },
    {
      name: 'shifted-field',
      what: `${field} comes 1.609 times as large, as after a change of its unit.`,
      fault: () => ({ kind: 'scale', field, factor: 1.609, minimum, maximum }),
      expects: { kind: 'drift', subject: field },
      recovery: 'by itself',
    },
  ];
}

/** The proxy of the plan is meant to be between serving and its feature store. */
function storeScenarios(view: FeatureView): Scenario[] {
  const lookedUp = Object.entries(view.features).find(
    ([, { kind }]) => kind !== 'number' && kind !== 'category',
  );
  if (lookedUp === undefined) return [];
  const defaulted = {
    expects: { kind: 'defaulted', subject: lookedUp[0] },
    recovery: 'by itself',
  } as const;
  return [
    {
      name: 'slow-link',
      what: 'Each answer of the feature store takes 300 ms longer.',
      fault: () => ({ kind: 'link', mode: { kind: 'delay', ms: 300 } }),
      expects: { kind: 'service', subject: 'slow' },
      recovery: 'by itself',
    },
    {
      name: 'reset-link',
      what: 'Each connection to the feature store is reset.',
      fault: () => ({ kind: 'link', mode: { kind: 'reset' } }),
      ...defaulted,
    },
    {
      name: 'dead-link',
      what: 'Connections to the feature store are open and silent.',
      fault: () => ({ kind: 'link', mode: { kind: 'black-hole' } }),
      ...defaulted,
    },
    {
      name: 'paused-redis',
      what: 'The Redis with the features stops answering, and goes on later.',
      fault: () => ({ kind: 'pause-redis' }),
      ...defaulted,
    },
    {
      name: 'killed-redis',
      what: 'The Redis with the features is killed, and started again later.',
      fault: () => ({ kind: 'kill-redis' }),
      ...defaulted,
    },
  ];
}

function badModel(model: string): Scenario {
  return {
    name: 'bad-model',
    what: 'A candidate that learned from flipped labels is rolled out.',
    fault: () => ({ kind: 'asked' }),
    expects: { kind: 'rollout', subject: model },
    recovery: 'rolled back',
  };
}

function labelScenarios(): Scenario[] {
  const uncovered = { kind: 'quality', subject: 'coverage' } as const;
  return [
    {
      name: 'late-labels',
      what: 'Labels arrive two days after they became known.',
      fault: () => ({ kind: 'late-labels', minutes: twoDays }),
      expects: uncovered,
      recovery: 'late',
    },
    {
      name: 'missing-labels',
      what: 'Nine labels of ten never arrive.',
      fault: () => ({ kind: 'missing-labels', share: 0.9 }),
      expects: uncovered,
      recovery: 'by itself',
    },
    {
      name: 'flipped-labels',
      what: 'Every label says the opposite.',
      fault: () => ({ kind: 'flipped-labels' }),
      expects: { kind: 'quality', subject: 'rocAuc' },
      recovery: 'by itself',
    },
  ];
}
