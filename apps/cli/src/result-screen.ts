// What a training run achieved, for the terminal: one table and a verdict.

import { type MetricName, metricNames } from '@flightdeck/training/evaluation';
import type { TrainingResult } from '@flightdeck/training/result';
import { withInterval } from './figures.ts';
import { renderTable } from './table.ts';
import type { Colours } from './terminal.ts';

export const metricTitles: Readonly<Record<MetricName, string>> = {
  rocAuc: 'ROC-AUC (higher is better)',
  prAuc: 'PR-AUC (higher is better)',
  logLoss: 'log loss (lower is better)',
  brier: 'Brier score (lower is better)',
  ece: 'ECE (lower is better)',
};

/** The network and what it is measured against, each metric with its 95 % interval. */
export function metricTable({ test }: Pick<TrainingResult, 'test'>): string {
  const entries = Object.entries(test);
  return renderTable({
    columns: ['On the test rows, with 95 % interval', ...entries.map(([name]) => name)],
    rows: metricNames.map((metric) => [
      metricTitles[metric],
      ...entries.map(([, { metrics }]) => withInterval(metrics[metric])),
    ]),
  });
}

export function verdictText(
  { gate }: Pick<TrainingResult, 'gate'>,
  { bold, green, red, yellow }: Colours,
): string {
  const colour = { pass: green, fail: red, inconclusive: yellow }[gate.verdict];
  return colour(bold(gate.verdict.toUpperCase()));
}
