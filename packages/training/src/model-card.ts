// The model card of one version (Mitchell et al. 2019, "Model Cards for Model Reporting"): what the author wrote about the model, and what was
// measured of this version.

import type { EvaluationSummary } from './evaluation-schema.ts';
import { metricNames } from './evaluation-schema.ts';
import type { ModelDefinition } from './model-definition.ts';

export function modelCard(
  model: ModelDefinition,
  evaluations: Readonly<Record<string, EvaluationSummary>>,
  /** What there is to say of how this version came about. */
  origin = '',
): string {
  const network = evaluations.network!;
  const header = ['', 'rows', ...metricNames];
  const rows = Object.entries(evaluations).map(([name, evaluation]) => [
    name,
    String(evaluation.rows),
    ...metricNames.map((metric) => estimate(evaluation.metrics[metric])),
  ]);
  const slices = network.slices.map(({ slice, value, rows, positives, meanScore, metrics }) => [
    `${slice} ${value}`,
    String(rows),
    percent(rows === 0 ? null : positives / rows),
    percent(meanScore),
    metrics ? estimate(metrics.rocAuc) : 'too few rows',
    metrics ? estimate(metrics.ece) : '',
  ]);
  return [
    model.card.trim(),
    '',
    '## This version, measured',
    '',
    ...(origin === '' ? [] : [origin, '']),
    'On the test rows. In brackets, 95 % intervals of a bootstrap over days.',
    '',
    table(header, rows),
    '',
    `Threshold ${network.threshold.toFixed(4)}: precision ${estimate(network.atThreshold.precision)}, recall ${estimate(network.atThreshold.recall)}, F1 ${estimate(network.atThreshold.f1)}.`,
    '',
    '## By slice',
    '',
    table(['slice', 'rows', 'positive', 'mean score', 'rocAuc', 'ece'], slices),
    '',
  ].join('\n');
}

function estimate(metric: { value: number; low: number; high: number } | null): string {
  if (!metric) return 'undefined';
  const { value, low, high } = metric;
  return `${value.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`;
}

function percent(share: number | null): string {
  return share === null ? '' : `${(100 * share).toFixed(1)} %`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
