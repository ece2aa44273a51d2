// The demo's one screen: what happened, and what was measured.

import { relative } from 'node:path';
import type { ModelDefinition } from '@flightdeck/training';
import type { TrainingResult } from '@flightdeck/training/result';
import { bytes, count, duration, milliseconds, moment, percent, tiny } from '../figures.ts';
import { metricTable, verdictText } from '../result-screen.ts';
import { renderFacts, renderTable } from '../table.ts';
import type { Colours } from '../terminal.ts';
import { loopText } from './loop-screen.ts';
import type { Answers } from './questions.ts';
import type { ReportFiles } from './report-files.ts';
import type { DemoSummary, ServedSummary } from './summary-schema.ts';

export interface Seen {
  readonly summary: DemoSummary;
  readonly result: TrainingResult;
  readonly model: Pick<ModelDefinition, 'name' | 'positive'>;
  readonly answers: Answers | null;
  readonly url: string | null;
  readonly files: ReportFiles;
}

export function screen({ summary, result, model, answers, url, files }: Seen, colours: Colours): string {
  const { rows, seconds, served } = summary;
  const { total, ...stages } = seconds;
  const { bold } = colours;
  const stageTimes = Object.entries(stages).map(([stage, value]) => `${stage} ${duration(value)}`);
  return [
    '',
    bold(`${model.name}: ${model.positive}?`),
    '',
    renderFacts([
      ['Rows', `${count(rows.read)} read, ${count(rows.quarantined)} quarantined`],
      ['', `${count(rows.trained)} trained, ${count(rows.validation)} validation, ${count(rows.test)} test`],
      ['Gate', [verdictText(summary, colours), ...summary.gate.reasons.map(inShort)].join('\n')],
    ]),
    '',
    metricTable(result),
    '',
    ...(answers === null ? [] : [answersTitle, answersTable(answers, model.positive), '']),
    ...(summary.loop === null ? [] : [loopText(summary.loop, colours), '']),
    renderFacts([
      [
        'ONNX',
        `${count(summary.onnx.rows)} rows, at most ${tiny(summary.onnx.maxAbsDiff)} from TensorFlow.js`,
      ],
      ['Served', served === null || url === null ? nothingServed : servedText(served, url)],
      ...(served === null
        ? []
        : [['Refused', `${served.refusal.status} ${served.refusal.message}`] as const]),
      ['Time', `${duration(total)}: ${stageTimes.join(', ')}`],
      ['Memory', `${bytes(summary.peakRssBytes)} at its peak, all processes`],
      ['Ran on', `${summary.backend}, broker ${summary.broker}, seed ${summary.seed}, ${machine(summary)}`],
      ['Report', `${here(files.report)}, ${here(files.summary)}`],
      ['Next', nextSteps(summary)],
    ]),
    '',
  ].join('\n');
}

function nextSteps({ loop }: DemoSummary): string {
  const kit = 'npm start                   serves the champion, with the console beside it';
  return loop === null ? kit : `${kit}\nnpx flightdeck up --demo    the loop that was played, in the console`;
}

/** The report has them whole. */
function inShort(reason: string): string {
  return reason.length <= 160 ? reason : `${reason.slice(0, 159)}…`;
}

const answersTitle = 'Held-out rows asked over HTTP, from the least likely to the most likely';

const nothingServed =
  'nothing: the gate did not pass the version, and there is no earlier champion. More rows may help: --rows.';

function servedText(served: ServedSummary, url: string): string {
  const { model, version, trainedHere, rows, maxAbsDiff, requests, p50Ms, p99Ms } = served;
  const agreement =
    maxAbsDiff === null
      ? 'not the version just trained, so its answers differ'
      : `at most ${tiny(maxAbsDiff)} from what training expects`;
  return [
    `${model} v${version}${trainedHere ? '' : ' (the earlier champion)'} at ${url}`,
    `${count(rows)} held-out rows asked in ${count(requests)} requests: ${agreement}`,
    `single predictions: p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}`,
  ].join('\n');
}

/** The inputs that are words say which row it is; the numbers would only fill the line. */
function answersTable({ first }: Answers, positive: string): string {
  const words = Object.entries(first[0]?.row.input ?? {})
    .filter(([, value]) => typeof value === 'string')
    .map(([name]) => name);
  return renderTable({
    columns: ['time', ...words, 'probability', 'decision', `truth: ${positive}`],
    numeric: [words.length + 1],
    rows: first.map(({ row, prediction }) => [
      moment(row.time),
      ...words.map((name) => String(row.input[name] ?? '')),
      percent(prediction.probability),
      prediction.positive ? 'yes' : 'no',
      row.label ? 'yes' : 'no',
    ]),
  });
}

function machine({ machine: { cores, node, platform } }: DemoSummary): string {
  return `${cores} cores, Node ${node.replace(/^v/, '')}, ${platform}`;
}

function here(path: string): string {
  return relative(process.cwd(), path);
}
