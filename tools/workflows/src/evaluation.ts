// A candidate's evaluation against main's champion, as Markdown: for the comment on a pull request, and with charts for the job's page.

import type { TrainingResult } from '@flightdeck/training/result';
import { chart, plain, table } from './markdown.ts';

type Test = TrainingResult['test']['network'];
type Metric = keyof Test['metrics'];

const metrics: readonly {
  readonly name: Metric;
  readonly title: string;
  readonly better: 'higher' | 'lower';
}[] = [
  { name: 'rocAuc', title: 'ROC-AUC', better: 'higher' },
  { name: 'prAuc', title: 'PR-AUC', better: 'higher' },
  { name: 'logLoss', title: 'log loss', better: 'lower' },
  { name: 'brier', title: 'Brier score', better: 'lower' },
  { name: 'ece', title: 'ECE', better: 'lower' },
];

const verdicts = {
  pass: 'The gate lets it pass.',
  fail: 'The gate refuses it.',
  inconclusive: 'The gate cannot tell, and so does not let it pass.',
} as const;

/** `champion` is what main's own training told; it stands in where the candidate's features differ so that it could not be scored anew. */
export function evaluationMarkdown(candidate: TrainingResult, champion: TrainingResult): string {
  const { test, gate } = candidate;
  const compared = test.champion ?? champion.test.network;
  const isSameRows = compared.rowsDigest === test.network.rowsDigest;
  return [
    `### ${plain(candidate.model)}: ${verdicts[gate.verdict]}`,
    table(
      ['on test rows', "main's champion", 'this branch', 'change'],
      metrics.map((metric) => metricRow(metric, compared, test.network)),
    ),
    isSameRows
      ? `Both on the same ${count(test.network.rows)} rows of ${test.network.interval.blocks} days; 95 % intervals, resampled by day.`
      : 'On different test rows, so the change is no more than a hint.',
    table(
      ['training', "main's champion", 'this branch'],
      [
        ['rows', count(champion.rows.trained), count(candidate.rows.trained)],
        ['time', seconds(champion), seconds(candidate)],
        ['memory, at most', megabytes(champion.peakRssBytes), megabytes(candidate.peakRssBytes)],
        ['ONNX file', kilobytes(champion.onnx.bytes), kilobytes(candidate.onnx.bytes)],
      ],
    ),
    `<details><summary>What the gate says</summary>\n\n${gate.reasons.map((reason) => `- ${plain(reason)}`).join('\n')}\n\n</details>`,
  ].join('\n\n');
}

function metricRow({ name, title, better }: (typeof metrics)[number], before: Test, after: Test): string[] {
  const [old, now] = [before.metrics[name], after.metrics[name]];
  const change = now.value - old.value;
  const isBetter = better === 'higher' ? change > 0 : change < 0;
  const word = Math.abs(change) < 0.00005 ? 'the same' : `${signed(change)} ${isBetter ? 'better' : 'worse'}`;
  return [`${title} (${better} is better)`, interval(old), interval(now), word];
}

const interval = ({ value, low, high }: { value: number; low: number; high: number }) =>
  `${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`;
const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
const count = (value: number) => value.toLocaleString('en-GB');
const megabytes = (bytes: number) => `${count(Math.round(bytes / 1e6))} MB`;
const kilobytes = (bytes: number) => `${count(Math.round(bytes / 1e3))} kB`;

function seconds({ seconds: stages }: TrainingResult): string {
  return `${Math.round(Object.values(stages).reduce((sum, stage) => sum + stage, 0))} s`;
}

/** How it learnt, how true its probabilities are, and what it orders well. */
export function evaluationCharts({ epochs, test }: TrainingResult): string {
  const { calibration, precisionRecall } = test.network.curves;
  const recalls = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
  return [
    chart({
      title: 'Log loss by epoch: training, then validation',
      x: { name: 'epoch', labels: epochs.map(({ epoch }) => String(epoch)) },
      y: 'log loss',
      lines: [
        epochs.map(({ trainingLoss }) => trainingLoss),
        epochs.map(({ validationLoss }) => validationLoss),
      ],
    }),
    chart({
      title: 'Calibration: bars are what happened, the line is what was predicted',
      x: { name: 'predicted', labels: calibration.map(({ predicted }) => predicted.toFixed(3)) },
      y: 'share that came true',
      bars: calibration.map(({ observed }) => observed),
      lines: [calibration.map(({ predicted }) => predicted)],
    }),
    chart({
      title: 'Precision by recall: this branch, then logistic regression',
      x: { name: 'recall', labels: recalls.map(String) },
      y: 'precision',
      lines: [precisionRecall, test.logistic.curves.precisionRecall].map((curve) =>
        recalls.map((recall) => precisionAt(curve, recall)),
      ),
    }),
  ].join('\n\n');
}

/** The best precision that this recall, or a higher one, can be had with. */
function precisionAt(curve: readonly (readonly [number, number])[], recall: number): number {
  return Math.max(0, ...curve.filter(([at]) => at >= recall).map(([, precision]) => precision));
}
