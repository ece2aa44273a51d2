// The top of the page: what was trained, whether it passed, and the numbers that matter most.

import { type Html, html } from '@flightdeck/core';
import { bytes, count, duration, milliseconds, moment, percent, score, tiny } from '../figures.ts';
import type { ReportInput } from './report.ts';

const verdictWords = {
  pass: '✓ Gate passed',
  fail: '✕ Gate failed',
  inconclusive: '? Gate undecided',
} as const;

export function header(input: ReportInput): Html {
  const { summary, result, positive, writtenAt } = input;
  const { verdict } = summary.gate;
  const version = result.version === null ? 'no version registered' : `version ${result.version}`;
  const champion = result.promoted ? ', the champion' : '';
  return html`<header>
<div class="head">
<div>
<p class="eyebrow">Flightdeck training report</p>
<h1>${summary.model}</h1>
<p class="question">How likely is it that one ${positive}?</p>
</div>
<p class="verdict"><strong style="--verdict: var(--${verdict})">${verdictWords[verdict]}</strong><br>
${version}${champion}<br><time datetime="${writtenAt}">${moment(writtenAt)}</time></p>
</div>
${lead(input)}
${tiles(input)}
</header>`;
}

function lead({ summary }: ReportInput): Html {
  const { rows, test, served } = summary;
  const { low, high } = test.network.rocAuc;
  const asked =
    served?.maxAbsDiff == null
      ? ''
      : ` Served over HTTP, it gave for ${count(served.rows)} of them the probabilities that training had computed, to within ${tiny(served.maxAbsDiff)}.`;
  return html`<p class="lead">In ${duration(untilAnswer(summary))}, from ${count(rows.read)} raw rows to an answer over HTTP. Trained on
${count(rows.trained)} rows; on ${count(rows.test)} later ones, which it had never seen, the network puts a positive above a negative
${percent(test.network.rocAuc.value)} of the time (95&nbsp;% interval ${percent(low)} to ${percent(high)}); logistic regression on the same
rows, ${percent(test.logistic.rocAuc.value)}.${asked}</p>`;
}

/** The loop comes after the answers. */
function untilAnswer({ seconds }: ReportInput['summary']): number {
  return seconds.total - (seconds.loop ?? 0);
}

function tiles({ summary }: ReportInput): Html {
  const { test, onnx, rows } = summary;
  const interval = ({ low, high }: { low: number; high: number }) => `95 %: ${score(low)} to ${score(high)}`;
  const metric = (name: string, key: 'rocAuc' | 'logLoss' | 'ece') =>
    tile(name, score(test.network[key].value), [
      interval(test.network[key]),
      `logistic ${score(test.logistic[key].value)}`,
    ]);
  const { served } = summary;
  return html`<dl class="tiles">
${metric('ROC-AUC', 'rocAuc')}
${metric('Log loss', 'logLoss')}
${metric('Calibration error (ECE)', 'ece')}
${tile('ONNX parity', tiny(onnx.maxAbsDiff), ['largest difference', `on ${count(onnx.rows)} rows`])}
${
  served === null
    ? tile('Served', 'nothing', ['no version has passed yet'])
    : tile('Answer time', milliseconds(served.p50Ms), [
        'median, one row over HTTP',
        `p99 ${milliseconds(served.p99Ms)}`,
      ])
}
${tile('Rows trained', count(rows.trained), [`of ${count(rows.read)} read`])}
${tile('From data to answer', duration(untilAnswer(summary)), [`on ${summary.machine.cores} cores`])}
${tile('Peak memory', bytes(summary.peakRssBytes), ['all processes together'])}
</dl>`;
}

function tile(name: string, value: string, more: readonly string[]): Html {
  const lines = more.map((text) => html`<small>${text}</small>`);
  return html`<div class="tile"><dt>${name}</dt><dd>${value}${lines}</dd></div>`;
}
