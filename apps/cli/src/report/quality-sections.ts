// How good it is: the metrics side by side, the curves, the slices, and what it decides at its threshold.

import { type Html, html } from '@flightdeck/core';
import { type EvaluationSummary, type MetricName, metricNames } from '@flightdeck/training/evaluation';
import { count, type Interval, percent, score } from '../figures.ts';
import { calibrationChart } from './calibration-chart.ts';
import { figure } from './chart.ts';
import { lossChart } from './loss-chart.ts';
import { colourOf } from './palette.ts';
import { type Compared, precisionRecallChart, rocChart } from './ranking-charts.ts';
import type { ReportInput } from './report.ts';
import { sliceChart } from './slice-chart.ts';

const meanings: Readonly<Record<MetricName, { title: string; better: 'higher' | 'lower'; meaning: string }>> =
  {
    rocAuc: { title: 'ROC-AUC', better: 'higher', meaning: 'ranks a positive above a negative' },
    prAuc: { title: 'PR-AUC', better: 'higher', meaning: 'precision, averaged over recall' },
    logLoss: { title: 'Log loss', better: 'lower', meaning: 'surprise per row, nats' },
    brier: { title: 'Brier score', better: 'lower', meaning: 'squared error of the probability' },
    ece: { title: 'ECE', better: 'lower', meaning: 'predicted against observed share' },
  };

export function metricsSection({ result }: ReportInput): Html {
  const names = Object.keys(result.test);
  const { rows, interval } = result.test.network!;
  return html`<section><h2>Quality on rows it has never seen</h2>
<p class="note">${count(rows)} test rows on ${interval.blocks} days, all later than every training row. Intervals: 95 %, from
${interval.resamples} resamples of whole days, because the rows of one day are not independent.</p>
<div class="card scroll"><table>
<thead><tr><th scope="col">Metric</th>${names.map((name) => html`<th scope="col" class="number"><span class="named" style="--mark: var(--${colourOf(name)})">${name}</span></th>`)}</tr></thead>
<tbody>${metricNames.map((metric) => metricRow(metric, names, result.test))}</tbody>
</table></div></section>`;
}

function metricRow(
  metric: MetricName,
  names: readonly string[],
  test: Readonly<Record<string, EvaluationSummary>>,
): Html {
  const { title, better, meaning } = meanings[metric];
  const values = names.map((name) => test[name]!.metrics[metric]);
  const best = (better === 'higher' ? Math.max : Math.min)(...values.map(({ value }) => value));
  return html`<tr><th scope="row">${title} <small>${better} is better: ${meaning}</small></th>${values.map(
    ({ value, low, high }) =>
      html`<td class="number"><span class="${value === best ? 'best' : ''}">${score(value)}</span><br><small>${score(low)} to ${score(high)}</small></td>`,
  )}</tr>`;
}

export function curvesSection({ result }: ReportInput): Html {
  const compared = comparedIn(result.test);
  return html`<section><h2>Does it rank well, and are its probabilities true?</h2>
<p class="note">A good ranking is not enough: who multiplies a probability with a cost needs it to be true.</p>
<div class="charts">
${figure(rocChart(compared))}
${figure(precisionRecallChart(compared))}
${figure(calibrationChart(compared))}
${figure(lossChart(result.epochs))}
</div></section>`;
}

function comparedIn(test: Readonly<Record<string, EvaluationSummary>>): Compared {
  return { network: test.network!, logistic: test.logistic! };
}

/** A chart for each declared slice that has more than one value to compare, and all of them as a table. */
export function slicesSection({ result }: ReportInput): Html | null {
  const { slices } = result.test.network!;
  if (slices.length === 0) return null;
  const bySlice = Map.groupBy(slices, ({ slice }) => slice);
  const drawn = [...bySlice].filter(
    ([, values]) => values.filter(({ metrics }) => metrics !== null).length > 1,
  );
  return html`<section><h2>Where it is better, and where worse</h2>
<p class="note">The average hides those it fails. Values with too few rows for an honest number have none.</p>
<div class="charts">${drawn.map(([slice]) => figure(sliceChart(slice, comparedIn(result.test))))}
${weakest(slices)}</div>
<details><summary>All slices as a table</summary><div class="card scroll"><table>
<thead><tr><th scope="col">Slice</th><th scope="col">Value</th><th scope="col" class="number">Rows</th><th scope="col" class="number">Positives</th><th scope="col" class="number">Mean score</th>
<th scope="col" class="number">ROC-AUC</th><th scope="col" class="number">Log loss</th><th scope="col" class="number">ECE</th></tr></thead>
<tbody>${slices.map(sliceRow)}</tbody></table></div></details></section>`;
}

/** Where to look first. */
function weakest(slices: EvaluationSummary['slices']): Html {
  const judged = slices.filter(({ metrics }) => metrics !== null);
  const sorted = [...judged].sort((a, b) => a.metrics!.rocAuc.value - b.metrics!.rocAuc.value).slice(0, 5);
  return html`<div class="card"><table><caption>Ranked worst: the lowest ROC-AUC of all slices</caption>
<thead><tr><th scope="col">Slice</th><th scope="col" class="number">Rows</th><th scope="col" class="number">ROC-AUC</th></tr></thead>
<tbody>${sorted.map(
    ({ slice, value, rows, metrics }) =>
      html`<tr><th scope="row">${slice} ${value}</th><td class="number">${count(rows)}</td><td class="number">${score(metrics!.rocAuc.value)}<br><small>${score(metrics!.rocAuc.low)} to ${score(metrics!.rocAuc.high)}</small></td></tr>`,
  )}</tbody></table></div>`;
}

function sliceRow({
  slice,
  value,
  rows,
  positives,
  meanScore,
  metrics,
}: EvaluationSummary['slices'][number]): Html {
  const cell = (name: 'rocAuc' | 'logLoss' | 'ece') => {
    const interval = metrics?.[name];
    return interval
      ? html`<td class="number">${score(interval.value)} <small>${score(interval.low)} to ${score(interval.high)}</small></td>`
      : html`<td class="number"><small>too few rows</small></td>`;
  };
  return html`<tr><th scope="row">${slice}</th><td>${value}</td><td class="number">${count(rows)}</td>
<td class="number">${rows === 0 ? '' : percent(positives / rows)}</td><td class="number">${meanScore === null ? '' : percent(meanScore)}</td>${cell('rocAuc')}${cell('logLoss')}${cell('ece')}</tr>`;
}

export function decisionsSection({ result }: ReportInput): Html {
  const { rows, threshold, atThreshold } = result.test.network!;
  const { confusion, precision, recall, f1 } = atThreshold;
  const cell = (value: number, what: string, right: boolean) =>
    html`<td class="${right ? 'right' : 'wrong'}" style="--share: ${(value / rows).toFixed(3)}"><b>${count(value)}</b>${what}</td>`;
  return html`<section><h2>What it decides</h2>
<p class="note">From a probability of ${score(threshold)} on, a row counts as predicted positive: the threshold with the best F1 on the
validation rows.</p>
<div class="charts"><div class="card"><table class="matrix">
<caption>Confusion matrix, ${count(rows)} test rows</caption>
<thead><tr><td></td><th scope="col">predicted yes</th><th scope="col">predicted no</th></tr></thead>
<tbody><tr><th scope="row">is so</th>${cell(confusion.truePositive, 'found', true)}${cell(confusion.falseNegative, 'missed', false)}</tr>
<tr><th scope="row">is not so</th>${cell(confusion.falsePositive, 'false alarm', false)}${cell(confusion.trueNegative, 'left alone', true)}</tr></tbody>
</table></div>
<div class="card"><dl class="meanings">
${decided('Precision', precision, 'of those predicted yes, so many are')}
${decided('Recall', recall, 'of those that are, so many were predicted')}
${decided('F1', f1, 'the harmonic mean of both')}
</dl></div></div></section>`;
}

function decided(name: string, estimate: Interval | null, meaning: string): Html {
  return html`<dt>${name}: ${meaning}</dt><dd>${
    estimate === null
      ? html`<small>no row is predicted positive</small>`
      : html`${percent(estimate.value)}<small>95 %: ${percent(estimate.low)} to ${percent(estimate.high)}</small>`
  }</dd>`;
}
