// What happened around the model: the gate, serving, time and memory, the data, and where all of it comes from.

import { type Html, html } from '@flightdeck/core';
import { bytes, count, duration, milliseconds, percent, tiny } from '../figures.ts';
import type { ReportInput } from './report.ts';

export function gateSection({ summary }: ReportInput): Html {
  const { verdict, reasons } = summary.gate;
  const words = { pass: 'pass', fail: 'fail', inconclusive: 'inconclusive: a person has to decide' };
  return html`<section><h2>The gate</h2>
<p class="note">What a version has to show before it may serve. Verdict: ${words[verdict]}.</p>
<ul class="card reasons">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul></section>`;
}

export function servingSection({ summary }: ReportInput): Html {
  const { served, onnx } = summary;
  const facts: [string, string][] = [
    ['Exported', `one ONNX file of ${bytes(onnx.bytes)}: preprocessing, network and calibration`],
    [
      'Parity',
      `at most ${tiny(onnx.maxAbsDiff)} between TensorFlow.js and ONNX Runtime, ${count(onnx.rows)} test rows`,
    ],
    ...(served === null
      ? [
          ['Served', 'nothing: the gate did not pass the version, and there is no earlier champion'] as [
            string,
            string,
          ],
        ]
      : servedFacts(served)),
  ];
  return html`<section><h2>From training to an answer</h2>
<p class="note">The same rows, asked over HTTP the way a client would.</p>${factsCard(facts)}</section>`;
}

function servedFacts(served: NonNullable<ReportInput['summary']['served']>): [string, string][] {
  const { model, version, rows, requests, maxAbsDiff, p50Ms, p99Ms, refusal } = served;
  const agreement =
    maxAbsDiff === null
      ? 'an earlier champion answers, so its probabilities differ from those of this run'
      : `at most ${tiny(maxAbsDiff)} from what training computed`;
  return [
    ['Served', `${model} v${version}`],
    ['Asked', `${count(rows)} held-out rows in ${count(requests)} requests: ${agreement}`],
    [
      'Answer time',
      `median ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}, one row a request, one after the other`,
    ],
    ['Refused', `an unknown field: ${refusal.status} ${refusal.code}, “${refusal.message}”`],
  ];
}

export function timeSection({ summary }: ReportInput): Html {
  const { total, ...stages } = summary.seconds;
  const longest = Math.max(...Object.values(stages));
  return html`<section><h2>Time and memory</h2>
<p class="note">${duration(total)} in all, ${bytes(summary.peakRssBytes)} of memory at the peak, on ${summary.machine.cores} cores.</p>
<div class="card"><table><thead><tr><th scope="col">Stage</th><th scope="col" class="number">Seconds</th><th scope="col" class="bar-cell"><small>share of the longest</small></th></tr></thead>
<tbody>${Object.entries(stages).map(
    ([stage, seconds]) =>
      html`<tr><th scope="row">${stage}</th><td class="number">${seconds.toFixed(2)}</td><td class="bar-cell"><span class="bar" style="width: ${((100 * seconds) / longest).toFixed(1)}%"></span></td></tr>`,
  )}</tbody></table></div></section>`;
}

export function dataSection({ summary, findings }: ReportInput): Html {
  const { read, quarantined, trained, validation, test } = summary.rows;
  return html`<section><h2>The data</h2>
<p class="note">${count(read)} rows read, ${count(quarantined)} of them (${percent(quarantined / read, 2)}) set aside with a reason. Split by
time: ${count(trained)} to train, ${count(validation)} to validate, ${count(test)} to test.</p>
${findings.length === 0 ? null : findingsTable(findings)}</section>`;
}

function findingsTable(findings: ReportInput['findings']): Html {
  return html`<div class="card scroll"><table>
<thead><tr><th scope="col">Expectation</th><th scope="col" class="number">Broken by</th><th scope="col">Then</th></tr></thead>
<tbody>${findings.map(
    ({ expectation, broken, holds, severity }) =>
      html`<tr><th scope="row">${expectation}</th><td class="number">${holds ? 'none' : count(broken)}</td><td>${severity}</td></tr>`,
  )}</tbody></table></div>`;
}

export function lineageSection({ summary, result, lineage }: ReportInput): Html {
  const { machine } = summary;
  const facts: [string, string][] = [
    ['Run', result.runId],
    ['Dataset version', summary.datasetVersion],
    ['Feature version', summary.featureVersion],
    ['Code version', lineage.codeVersion ?? 'unknown'],
    ['Commit', lineage.commit ?? 'unknown'],
    ['Seed', String(summary.seed)],
    ['Training backend', summary.backend],
    ['Broker', summary.broker],
    [
      'Machine',
      `${machine.cores} cores, ${bytes(machine.memoryBytes)}, ${machine.platform}, Node ${machine.node}`,
    ],
  ];
  return html`<section><h2>Where this comes from</h2>
<p class="note">With these, the same numbers come out again.</p>${factsCard(facts)}</section>`;
}

function factsCard(facts: readonly (readonly [string, string])[]): Html {
  return html`<div class="card"><dl class="facts">${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></div>`;
}
