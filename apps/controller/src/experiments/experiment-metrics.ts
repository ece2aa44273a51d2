// What an experiment can measure of a unit by the prediction log, and how it is computed.

import { FlightdeckError } from '@flightdeck/core';
import type { Experiment } from '@flightdeck/rollout';

export interface UnitMetric {
  readonly kind: Experiment['metric']['kind'];
  /** Over a unit's predictions: columns of the view `predictions`, and `label`. NULL where it is not known. */
  readonly sql: string;
  /** It is known only when the label is: units that are too young for that are left out, of all variants alike. */
  readonly needsLabels: boolean;
  /** What it is of a unit, for people. */
  readonly says: string;
}

const clipped = `greatest(${2 ** -52}, least(1 - ${2 ** -52}, score))`;

const metrics: Readonly<Record<string, UnitMetric>> = {
  label: {
    kind: 'proportion',
    sql: 'max(label)',
    needsLabels: true,
    says: 'whether any of its predictions has a positive label',
  },
  failed: {
    kind: 'proportion',
    sql: 'max((failure is not null)::integer)',
    needsLabels: false,
    says: 'whether any of its predictions failed',
  },
  logLoss: {
    kind: 'mean',
    says: 'the mean log loss of its predictions',
    sql: `avg(case label when 1 then -ln(${clipped}) when 0 then -ln(1 - ${clipped}) end)`,
    needsLabels: true,
  },
  brier: {
    kind: 'mean',
    sql: 'avg((score - label) ** 2)',
    needsLabels: true,
    says: 'the mean squared error of its scores',
  },
  score: { kind: 'mean', sql: 'avg(score)', needsLabels: false, says: 'its mean score' },
  latencyMs: {
    kind: 'mean',
    sql: 'avg(latency_ms)',
    needsLabels: false,
    says: 'how long its answers took, milliseconds',
  },
};

export const unitMetrics = Object.entries(metrics).map(([name, metric]) => ({ name, ...metric }));

/** EXPERIMENT_INVALID where the log cannot tell it, or tells it as another kind of number. */
export function metricOf({ metric: { kind, name } }: Experiment): UnitMetric {
  const found = Object.hasOwn(metrics, name) ? metrics[name]! : undefined;
  if (found?.kind === kind) return found;
  const known = Object.entries(metrics).map(([each, one]) => `${each} (${one.kind})`);
  throw new FlightdeckError(
    'EXPERIMENT_INVALID',
    `The prediction log cannot tell ${name} as a ${kind}. It tells ${known.join(', ')}.`,
  );
}
