// The report as a page: one file, no script, no request to anywhere.

import { type Html, html } from '@flightdeck/core';
import type { AlarmPolicy } from '../alarm-policy.ts';
import { count, moment, percent, score } from '../figures.ts';
import { itemsOf, type Report, verdicts } from '../report-schema.ts';
import {
  dataQualitySection,
  driftSection,
  pill,
  qualitySection,
  reasonsList,
  serviceSection,
} from './sections.ts';
import { style } from './style.ts';

/** A whole HTML document. `policy` is the one that the report was made by. */
export function reportPage(report: Report, policy: AlarmPolicy): string {
  const { model, endpoint, version, window } = report;
  const told = itemsOf(report)
    .filter(({ verdict }) => verdict !== 'ok')
    .toSorted((a, b) => verdicts.indexOf(b.verdict) - verdicts.indexOf(a.verdict));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Flightdeck">
<title>${model} v${version}: monitoring report</title>
<style>${{ html: style }}</style>
</head>
<body>
<header>
<div class="head">
<div>
<p class="eyebrow">Flightdeck monitoring report</p>
<h1>${model}, version ${version}</h1>
<p class="lead">${moment(window.from)} to ${moment(window.to)}, at ${endpoint}</p>
</div>
${pill(report.verdict)}
</div>
${tiles(report)}
</header>
<main>
${reasonsList(told)}
${qualitySection(report)}
${driftSection(report, policy)}
${dataQualitySection(report)}
${serviceSection(report)}
<footer>Made at ${moment(report.madeAt)}, event time. What each number means: <code>docs/monitoring.md</code>.</footer>
</main>
</body>
</html>
`;
  return page.html;
}

function tiles({ service, quality, drift, dataQuality }: Report): Html {
  const { rocAuc, ece } = quality.metrics;
  const moved = [...drift.features, drift.score].filter(({ item }) => item.exceeds).length;
  const bad = new Set(
    dataQuality.items.filter(({ exceeds }) => exceeds).map(({ item }) => item.slice(item.indexOf(':') + 1)),
  );
  const all = service.answered + service.failed;
  return html`<dl class="tiles">
${tile('Predictions', count(all), all === 0 ? 'no traffic' : `${percent(service.failed / all)} failed`)}
${tile('ROC-AUC', score(rocAuc.value), `promised ${score(rocAuc.promised)}`)}
${tile('Calibration error', score(ece.value), `${score(quality.eceNoise)} of it may be chance`)}
${tile('Labels known', percent(quality.coverage), `of ${count(service.answered)} answers`)}
${tile('Features that moved', `${moved} of ${drift.features.length + 1}`, 'the score counted as one')}
${tile('Features with bad values', `${bad.size} of ${dataQuality.features.length}`, 'missing, out of range, unseen, stale')}
${tile('Slowest 1 %', service.latencyMs === null ? 'unknown' : `${service.latencyMs.p99.toFixed(1)} ms`, 'p99 of the answers')}
${tile('Cause', quality.cause, 'of a loss of quality')}
</dl>`;
}

function tile(name: string, value: string, more: string): Html {
  return html`<div class="tile"><dt>${name}</dt><dd>${value}<small>${more}</small></dd></div>`;
}
