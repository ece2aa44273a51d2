// The loop on the page: what drifted, what was decided about it and what that changed, and how a bad model fared. All numbers are those
// of matured labels; what was done on purpose is called injected.

import { type Html, html } from '@flightdeck/core';
import type { LoopSummary, PeriodQuality } from '../demo/loop-schema.ts';
import { count, duration, percent, score, span } from '../figures.ts';
import { figure } from './chart.ts';
import { loopChart } from './loop-chart.ts';
import { type Numbered, numbered } from './loop-events.ts';
import type { ReportInput } from './report.ts';

export function loopSection({ summary }: ReportInput): Html | null {
  const { loop } = summary;
  if (loop === null) return null;
  const events = numbered(loop.timeline);
  return html`<section><h2>The loop: spring, replayed</h2>
${introduction(loop, summary.served?.version ?? null)}
<div class="charts">${figure(loopChart(loop, events))}</div>
${comparison(loop)}
${badModel(loop)}
${timelineTable(events)}</section>`;
}

function introduction(loop: LoopSummary, original: number | null): Html {
  const { replay, versions, days, seconds, quality, promised } = loop;
  const { rocAuc, bias } = quality.before.served;
  const [first, last] = [days[0]!.day, days.at(-1)!.day];
  const isCopy = original !== null && original !== versions.frozen;
  const copied = isCopy
    ? ` (In the loop's own registry it has this number; here it is version ${original}.)`
    : '';
  return html`<p>The rows from ${first} to ${last}, none of them seen in training, were sent to a server as they happened, in
${duration(seconds)}: predictions for ${percent(replay.share, 0)} of them (${count(replay.predictions)}), all ${count(replay.events)} events, and
each label at the time at which it became known. A controller reported on each day and week, and decided.</p>
<p>How much drifts of itself is little: until something was done, version ${versions.frozen} ranked these rows with a ROC-AUC of ${score(rocAuc.value)},
where its test had promised ${score(promised.rocAuc)}, and its probabilities were ${percent(Math.abs(bias.value))} too ${bias.value < 0 ? 'low' : 'high'}
on average. ${finding(loop)} Nothing of this drift was made up; the bad model further down was, and is marked as injected.</p>
<p class="note">The dashed line is version ${versions.frozen} as if nobody had touched it: its network, run over the logged features of every answer.
One day is one draw of the weather, so single days scatter; read the two lines against each other.${copied}</p>`;
}

/** What the controller made of it, in its own words. */
function finding({ trigger, timeline }: LoopSummary): string {
  const decision = timeline.find(({ kind }) => kind === 'recalibrate' || kind === 'retrain');
  return trigger === 'alarm'
    ? `The controller's finding: “${decision!.text}”`
    : 'The controller found no reason to act, so the demo asked for a recalibration, as a person can.';
}

function comparison({ quality: { before, after }, versions, promised }: LoopSummary): Html {
  return html`<div class="card scroll"><table>
<caption>Matured quality, 95 % intervals over days</caption>
<thead><tr><th scope="col">Time</th><th scope="col">Answers</th><th scope="col" class="number">Rows</th><th scope="col" class="number">ROC-AUC</th>
<th scope="col" class="number">Log loss</th><th scope="col" class="number">ECE</th><th scope="col" class="number">predicted − observed</th></tr></thead>
<tbody>${promiseRow(promised, versions.frozen)}
${sideRow('Before the rollout', before, before.served, `version ${versions.frozen}`)}
${
  after === null
    ? null
    : html`${sideRow('After the promotion', after, after.frozen, `version ${versions.frozen}, frozen`)}
${sideRow('', after, after.served, `served, by version ${versions.candidate!}`)}`
}</tbody></table></div>
${verdict(after)}`;
}

/** What the evaluation said, on rows from before. */
function promiseRow({ rocAuc, logLoss, ece }: LoopSummary['promised'], version: number): Html {
  return html`<tr><th scope="row">Test rows <small>what was promised</small></th><td>version ${version}</td><td></td>${[rocAuc, logLoss, ece].map((value) => html`<td class="number">${score(value)}</td>`)}<td></td></tr>`;
}

type Side = PeriodQuality['served'];
type Estimate = Side['ece'];

function sideRow(name: string, { rows, days }: PeriodQuality, side: Side, who: string): Html {
  const { rocAuc, logLoss, ece, bias } = side;
  return html`<tr><th scope="row">${name}${name === '' ? null : html` <small>${days} days</small>`}</th><td>${who}</td><td class="number">${count(rows)}</td>${[rocAuc, logLoss, ece, bias].map(cell)}</tr>`;
}

function cell({ value, low, high }: Estimate): Html {
  const interval =
    low === null || high === null ? null : html`<br><small>${score(low)} to ${score(high)}</small>`;
  return html`<td class="number">${score(value)}${interval}</td>`;
}

/** In one sentence, for better or worse. */
function verdict(after: PeriodQuality | null): Html {
  if (after === null)
    return html`<p class="note">No new version was promoted: the timeline below says why. Everything was answered by the frozen version.</p>`;
  const { ece } = after.saved;
  const isSure = ece.low !== null && ece.high !== null && (ece.low > 0 || ece.high < 0);
  const what = ece.value > 0 ? 'smaller' : 'larger';
  const sure = isSure ? 'more than chance' : 'which days alone could explain';
  const bounds = ece.low === null || ece.high === null ? '' : ` [${score(ece.low)}, ${score(ece.high)}]`;
  return html`<p class="note">On the same rows the calibration error of what was served is ${score(Math.abs(ece.value))} ${what} than that of the frozen
version (frozen minus served ${score(ece.value)}${bounds}): ${sure}. A recalibration keeps the order of all rows, so it cannot change the ranking; and it is
fitted on the days before it, so what drifts on after them stays until the next one.</p>`;
}

function badModel({ rollback, versions }: LoopSummary): Html {
  if (rollback === null)
    return html`<p class="note">Injected: version ${versions.bad}, a bad model. The controller did not roll it back in the time it had.</p>`;
  const { afterMinutes, afterSeconds, answered } = rollback;
  const got = answered === 0 ? 'Not one caller got an answer of it' : `It answered ${count(answered)} rows`;
  return html`<p class="note">Injected: version ${versions.bad} says the opposite of the champion and was registered past its gate. Its rollout was rolled back
by the controller after ${span(afterMinutes)} of event time, ${duration(afterSeconds)} on the wall. ${got}.</p>`;
}

function timelineTable(events: readonly Numbered[]): Html {
  return html`<div class="card scroll"><table class="timeline">
<caption>What happened, as the registry recorded it</caption>
<thead><tr><th scope="col" class="number"></th><th scope="col">Event time</th><th scope="col">What</th><th scope="col">Why</th><th scope="col" class="number">Real time</th></tr></thead>
<tbody>${events.map(eventRow)}</tbody></table></div>`;
}

function eventRow({ number, at, name, colour, text, reasons, seconds, by }: Numbered): Html {
  const details =
    reasons.length === 0
      ? null
      : html`<details><summary>${count(reasons.length)} ${reasons.length === 1 ? 'reason' : 'reasons'}</summary><ul>${reasons.map((reason) => html`<li>${reason}</li>`)}</ul></details>`;
  return html`<tr><td class="number">${number}</td><td class="when">${at.slice(5, 16).replace('T', ' ')}</td><td class="what"><span class="named" style="--mark: var(--${colour})">${name}</span><br><small>by ${by}</small></td><td>${text}${details}</td><td class="number">${seconds === null ? '' : duration(seconds)}</td></tr>`;
}
