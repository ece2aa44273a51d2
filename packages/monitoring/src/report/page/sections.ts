// The sections of the page, each from its section of the report.

import { type Html, html } from '@flightdeck/core';
import type { AlarmPolicy } from '../alarm-policy.ts';
import { count, percent, score, withInterval } from '../figures.ts';
import type { Item, Report, Verdict } from '../report-schema.ts';
import { binsChart, calibrationChart, stabilityChart } from './charts.ts';

const marks = {
  ok: '✓ ok',
  inconclusive: '? inconclusive',
  drifted: '↗ drifted',
  degraded: '✕ degraded',
} as const;

export function pill(verdict: Verdict): Html {
  return html`<span class="pill" style="--verdict: var(--${verdict})">${marks[verdict]}</span>`;
}

/** So many reasons are told at once; when the weather turns, every feature has its own. */
const toldReasons = 8;

export function reasonsList(items: readonly Item[]): Html | null {
  if (items.length === 0) return null;
  const lines = items.map(
    ({ verdict, message }) => html`<li style="--verdict: var(--${verdict})">${message}</li>`,
  );
  const more = lines.slice(toldReasons);
  return html`<div class="card"><ul class="reasons">${lines.slice(0, toldReasons)}</ul>
${more.length === 0 ? null : html`<details><summary>${more.length} more</summary><ul class="reasons">${more}</ul></details>`}</div>`;
}

const metricNames = {
  rocAuc: 'ROC-AUC',
  logLoss: 'Log loss',
  brier: 'Brier score',
  ece: 'Calibration error (ECE)',
} as const;

export function qualitySection({ quality, blocks }: Report): Html {
  const { rows, positives, coverage, metrics, recalibration, because, labelsSuspect } = quality;
  const lines = Object.entries(metricNames).map(([name, title]) => {
    const metric = metrics[name as keyof typeof metricNames];
    return html`<tr><th>${title}</th><td class="number">${score(metric.value)}</td><td class="number"><small>${score(metric.low)} to ${score(metric.high)}</small></td><td class="number">${score(metric.promised)}</td></tr>`;
  });
  return html`<section>
<h2>Matured quality ${pill(quality.verdict)}</h2>
<p class="note">${count(rows)} labels are known, of ${percent(coverage)} of the answers; ${count(positives)} are positive. Intervals are 95 %, over ${count(blocks.count)} blocks of ${blocks.minutes} min.</p>
<p>${because}${labelsSuspect ? ' The scores rank the labels backwards: look at the labels before the model.' : ''}</p>
${
  rows === 0
    ? null
    : html`<div class="pair"><div class="card"><table><thead><tr><th>metric</th><th class="number">value</th><th class="number">95 % interval</th><th class="number">promised</th></tr></thead>
<tbody>${lines}
<tr><th>Saved by a new line</th><td class="number">${score(recalibration?.gain.value ?? null)}</td><td class="number"><small>${score(recalibration?.gain.low ?? null)} to ${score(recalibration?.gain.high ?? null)}</small></td><td></td></tr></tbody></table></div>
<figure><figcaption><h3>Calibration</h3><small>dotted: perfect</small></figcaption>${calibrationChart(quality)}</figure></div>`
}
</section>`;
}

/** So many features are drawn: those that have moved most. */
const drawn = 6;

export function driftSection({ drift }: Report, policy: AlarmPolicy): Html {
  const all = [drift.score, ...drift.features];
  const moved = all
    .filter(({ bins }) => bins.length > 0)
    .toSorted((a, b) => (b.item.effect.value ?? 0) - (a.item.effect.value ?? 0))
    .slice(0, drawn);
  const figures = moved.map(
    (one) =>
      html`<figure><figcaption><h3>${one.feature}</h3><small>PSI ${score(one.item.effect.value)}</small></figcaption>${binsChart(one)}</figure>`,
  );
  const rows = all.map(
    (one) =>
      html`<tr><th>${one.feature}</th><td class="number">${withInterval(one.item.effect)}</td><td class="number">${score(one.jensenShannon)}</td><td class="number">${score(one.kolmogorovSmirnov ?? null)}</td><td class="number">${one.wasserstein === null ? '' : Number(one.wasserstein.toPrecision(3))}</td><td class="number">${one.shift === null ? '' : one.shift.toFixed(2)}</td><td class="number">${chance(one.p)}</td><td class="number">${one.effectiveRows === null ? '' : count(one.effectiveRows)}</td></tr>`,
  );
  return html`<section>
<h2>Drift ${pill(drift.verdict)}</h2>
<p class="note">How far each feature and the score have moved from training. That inputs have moved is information, not decay: whether it matters is what matured quality says.</p>
<figure><figcaption><h3>Stability index above its noise</h3><small>${policy.persistence.drift} windows in a row make an alarm</small></figcaption>${stabilityChart(all, policy.drift.stabilityIndex)}</figure>
<div class="charts">${figures}</div>
<ul class="legend"><li><span style="background: var(--window)"></span>this window</li><li><span style="border: 1.5px solid var(--training)"></span>training</li></ul>
<details><summary>All numbers</summary><div class="card"><table><thead><tr><th>feature</th><th class="number">PSI above noise</th><th class="number">Jensen-Shannon</th><th class="number">KS (binned)</th><th class="number">Wasserstein</th><th class="number">mean, in deviations</th><th class="number">p</th><th class="number">effective rows</th></tr></thead><tbody>${rows}</tbody></table></div></details>
</section>`;
}

function chance(p: number | null): string {
  if (p === null) return 'unknown';
  return p < 0.0001 ? p.toExponential(0) : p.toFixed(4);
}

export function dataQualitySection({ dataQuality }: Report): Html {
  const alarming = new Map(dataQuality.items.map((item) => [item.item, item.verdict]));
  const cell = (check: string, feature: string, share: number | null) => {
    const verdict = alarming.get(`${check}:${feature}`) ?? 'ok';
    return verdict === 'ok'
      ? html`<td class="number">${share === null ? '' : percent(share)}</td>`
      : html`<td class="number found" style="--verdict: var(--${verdict})">${percent(share)}</td>`;
  };
  const rows = dataQuality.features.map(
    (one) =>
      html`<tr><th>${one.feature}</th>${cell('missing', one.feature, one.missing)}${cell('outOfRange', one.feature, one.outOfRange)}${cell('unseen', one.feature, one.unseen)}${cell('defaulted', one.feature, one.defaulted)}${cell('stale', one.feature, one.stale)}</tr>`,
  );
  return html`<section>
<h2>Data quality ${pill(dataQuality.verdict)}</h2>
<p class="note">Shares of the answered rows.</p>
<div class="card"><table><thead><tr><th>feature</th><th class="number">missing</th><th class="number">out of range</th><th class="number">unseen</th><th class="number">default</th><th class="number">stale</th></tr></thead><tbody>${rows}</tbody></table></div>
</section>`;
}

export function serviceSection({ service }: Report): Html {
  const codes = Object.entries(service.failures).toSorted(([, a], [, b]) => b - a);
  const rows = codes.map(
    ([code, n]) => html`<tr><th><code>${code}</code></th><td class="number">${count(n)}</td></tr>`,
  );
  const { latencyMs } = service;
  return html`<section>
<h2>Service ${pill(service.verdict)}</h2>
<p>${count(service.answered)} predictions answered, ${count(service.failed)} failed. ${latencyMs === null ? '' : `Half were answered within ${ms(latencyMs.p50)}, 95 % within ${ms(latencyMs.p95)}, 99 % within ${ms(latencyMs.p99)}.`}</p>
${codes.length === 0 ? null : html`<div class="card"><table><thead><tr><th>failed with</th><th class="number">predictions</th></tr></thead><tbody>${rows}</tbody></table></div>`}
</section>`;
}

function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}
