// The loop on the demo's screen: what was decided when, quality before and after, and how the bad model fared.

import { duration, percent, score } from '../figures.ts';
import { renderTable } from '../table.ts';
import type { Colours } from '../terminal.ts';
import type { LoopEvent, LoopSummary, PeriodQuality } from './loop-schema.ts';

export function loopText(loop: LoopSummary, { bold }: Colours): string {
  const { replay, trigger } = loop;
  const [from, to] = [replay.from.slice(0, 10), replay.to.slice(0, 10)];
  return [
    bold(`The loop: ${from} to ${to} replayed in ${duration(loop.seconds)}`),
    trigger === 'alarm'
      ? 'The drift is that of the real rows, and so is the alarm. The bad model is injected.'
      : 'No alarm led to a decision in these days, so the demo asked for a recalibration itself. The bad model is injected.',
    '',
    decisions(loop),
    '',
    comparison(loop),
  ].join('\n');
}

/** Skips and the report of a day or a week are in the report, where there is room. */
const told: Partial<Record<LoopEvent['kind'], string>> = {
  recalibrate: 'recalibrate',
  retrain: 'retrain',
  gate: 'gate',
  'start-rollout': 'shadow',
  advance: 'canary',
  hold: 'hold',
  halt: 'halt',
  promote: 'promote',
  injected: 'injected',
  'roll-back': 'roll back',
  abort: 'abort',
};

function decisions({ timeline }: LoopSummary): string {
  const lastAlarm = timeline.findLast(isQualityAlarm(timeline));
  const rows = timeline.filter((event) => event === lastAlarm || told[event.kind] !== undefined);
  return renderTable({
    columns: ['event time', 'real time', 'decision', 'by', ''],
    numeric: [1],
    rows: rows.map(({ at, seconds, kind, by, text }) => [
      at.slice(0, 16).replace('T', ' '),
      seconds === null ? '' : duration(seconds),
      told[kind] ?? kind,
      by,
      inShort(text),
    ]),
  });
}

/** The alarm that a decision answered is the last one about quality before it. */
function isQualityAlarm(timeline: readonly LoopEvent[]): (event: LoopEvent) => boolean {
  const decision = timeline.findIndex(({ kind }) => kind === 'recalibrate' || kind === 'retrain');
  const before = new Set(timeline.slice(0, decision));
  return (event) => before.has(event) && event.kind === 'alarm' && event.text.startsWith('Quality');
}

function inShort(text: string): string {
  return text.length <= 110 ? text : `${text.slice(0, 109)}…`;
}

function comparison({ quality: { before, after }, versions, rollback }: LoopSummary): string {
  const row = (time: string, who: string, { rocAuc, ece, bias }: PeriodQuality['served']) => [
    time,
    who,
    score(rocAuc.value),
    score(ece.value),
    `${bias.value < 0 ? '' : '+'}${percent(bias.value, 2)}`,
  ];
  const back =
    rollback === null
      ? `The bad model, version ${versions.bad}, was not rolled back by the controller.`
      : `The bad model, version ${versions.bad}, was rolled back after ${duration(rollback.afterSeconds)}; callers got ${rollback.answered} answers of it.`;
  return [
    renderTable({
      columns: ['matured quality', 'version', 'ROC-AUC', 'ECE', 'predicted - observed'],
      numeric: [2, 3, 4],
      rows: [
        row(`before, ${before.days} days`, `v${versions.frozen}`, before.served),
        ...(after === null
          ? []
          : [
              row(`after, ${after.days} days`, `v${versions.frozen}, frozen, same rows`, after.frozen),
              row('', `v${versions.candidate}, as served`, after.served),
            ]),
      ],
    }),
    '',
    back,
  ].join('\n');
}
