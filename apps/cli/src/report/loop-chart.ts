// The loop over event time: ranking, calibration and who answered, day by day, with numbered marks where something was decided.

import type { LoopEvent, LoopSummary, QualityDay } from '../demo/loop-schema.ts';
import { type Chart, font, line, numberAxis, whole } from './chart.ts';
import type { Numbered } from './loop-events.ts';
import { type Colour, palette } from './palette.ts';

const dayMs = 86_400_000;
const sides = { left: 66, right: 18, outerBoundsMode: 'none' as const };
/** Top and height of each pane; marks stand above the first. */
const panes = [
  { top: 34, height: 112 },
  { top: 170, height: 128 },
  { top: 322, height: 128 },
  { top: 474, height: 92 },
] as const;

export function loopChart(loop: LoopSummary, events: readonly Numbered[]): Chart {
  const { days, versions } = loop;
  const judged = days.filter(({ served }) => served !== null);
  const [first, last] = [days[0]!, days.at(-1)!];
  return {
    title: 'Matured quality, day by day',
    description:
      `Four charts over the days from ${first.day} to ${last.day}: ROC-AUC, calibration error and mean probability above the share of ` +
      `positives, of what was served and of the frozen version ${versions.frozen} on the same rows; and which version answered, with ` +
      `the share of answers whose label is known. ${events.length} numbered marks are explained in the table below.`,
    legend: [
      { colour: 'network', mark: 'solid', text: 'what was served' },
      { colour: 'constant', mark: 'dashed', text: `frozen version ${versions.frozen}, same rows` },
      { colour: 'champion', mark: 'bar', text: 'answers by another version' },
      { colour: 'pass', mark: 'dotted', text: 'answers with a label' },
    ],
    width: whole.width,
    height: 610,
    option: {
      grid: panes.map((pane) => ({ ...sides, ...pane })),
      xAxis: panes.map((_, pane) => timeAxis(pane, time(first), time(last) + dayMs)),
      yAxis: [
        yAxis('ROC-AUC', 0),
        { ...yAxis('ECE', 1), min: 0 },
        yAxis('predicted − observed', 2),
        { ...yAxis('answers', 3), min: 0, max: 1, interval: 0.5, axisLabel: percentLabel },
      ],
      series: [
        ...(['rocAuc', 'ece', 'bias'] as const).flatMap((metric, pane) => [
          onPane(
            pane,
            line(points(judged, 'frozen', metric), { colour: 'constant', style: 'dashed', width: 1.6 }),
          ),
          onPane(pane, line(points(judged, 'served', metric), { colour: 'network', width: 2.4 })),
        ]),
        {
          ...onPane(
            2,
            line(
              [
                [time(first), 0],
                [time(last) + dayMs, 0],
              ],
              { colour: 'constant', style: 'dotted', width: 1.2 },
            ),
          ),
        },
        onPane(
          3,
          shareSeries(days, (version) => version === versions.frozen, 'constant'),
        ),
        onPane(
          3,
          shareSeries(days, (version) => version !== versions.frozen, 'champion'),
        ),
        onPane(
          3,
          line(
            days.map((day) => [noon(day), day.answered === 0 ? 0 : day.labelled / day.answered]),
            { colour: 'pass', style: 'dotted', width: 2 },
          ),
        ),
        ...panes.map((_, pane) => marksOn(pane, clustered(events, time(last) + dayMs - time(first)))),
      ],
    },
  };
}

const percentLabel = {
  color: palette.muted.light,
  ...font,
  formatter: (value: number) => `${Math.round(value * 100)} %`,
};

function yAxis(name: string, gridIndex: number) {
  return { ...numberAxis({ name, gap: 48 }), gridIndex, splitNumber: 3 };
}

function timeAxis(gridIndex: number, min: number, max: number) {
  const isLast = gridIndex === panes.length - 1;
  return {
    ...numberAxis({ name: isLast ? 'event time (UTC): the clock of the data' : '', min, max, gap: 30 }),
    gridIndex,
    interval: dayMs * (max - min > 20 * dayMs ? 3 : 2),
    splitLine: { show: false },
    axisLabel: {
      show: isLast,
      color: palette.muted.light,
      ...font,
      formatter: dateLabel,
      showMaxLabel: false,
      hideOverlap: true,
    },
  };
}

function dateLabel(at: number): string {
  return new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
}

function onPane<Series extends object>(pane: number, series: Series) {
  return { ...series, xAxisIndex: pane, yAxisIndex: pane };
}

function points(
  days: readonly QualityDay[],
  side: 'served' | 'frozen',
  metric: 'rocAuc' | 'ece' | 'bias',
): [number, number][] {
  return days.map((day) => [noon(day), day[side]![metric]]);
}

/** Columns of a day's width, from the ground for the frozen version and from above it for the others. */
function shareSeries(days: readonly QualityDay[], isMeant: (version: number) => boolean, colour: Colour) {
  const isOther = colour === 'champion';
  return {
    type: 'custom' as const,
    silent: true,
    data: days.map((day) => {
      const share = shareOf(day, isMeant);
      return [time(day), isOther ? 1 - share : 0, isOther ? 1 : share];
    }),
    encode: { x: 0, y: [1, 2] },
    renderItem(_parameters: unknown, api: { value(i: number): unknown; coord(at: number[]): number[] }) {
      const [at, low, high] = [0, 1, 2].map((dimension) => Number(api.value(dimension))) as [
        number,
        number,
        number,
      ];
      const [x = 0, top = 0] = api.coord([at, high]);
      const [end = 0, bottom = 0] = api.coord([at + dayMs, low]);
      return {
        type: 'rect' as const,
        shape: { x: x + 1, y: top, width: Math.max(0, end - x - 2), height: bottom - top },
        style: { fill: palette[colour].light, opacity: isOther ? 0.6 : 0.28 },
      };
    },
  };
}

function shareOf({ byVersion, answered }: QualityDay, isMeant: (version: number) => boolean): number {
  const meant = Object.entries(byVersion).filter(([version]) => isMeant(Number(version)));
  return answered === 0 ? 0 : meant.reduce((sum, [, rows]) => sum + rows, 0) / answered;
}

interface Cluster {
  readonly at: number;
  readonly label: string;
  readonly colour: Colour;
}

/** Marks that would lie on each other share one line, coloured by the weightiest of them. */
function clustered(events: readonly Numbered[], span: number): Cluster[] {
  const clusters: Numbered[][] = [];
  for (const event of events) {
    const current = clusters.at(-1);
    if (current && Date.parse(event.at) - Date.parse(current[0]!.at) < span / 24) current.push(event);
    else clusters.push([event]);
  }
  return clusters.map((cluster) => {
    const [first, last] = [cluster[0]!, cluster.at(-1)!];
    const label = first === last ? String(first.number) : `${first.number}–${last.number}`;
    return { at: Date.parse(first.at), label, colour: weightiest(cluster) };
  });
}

const weights: readonly LoopEvent['kind'][] = [
  'roll-back',
  'injected',
  'promote',
  'recalibrate',
  'retrain',
  'alarm',
];

function weightiest(events: readonly Numbered[]): Colour {
  const kind = weights.find((one) => events.some((event) => event.kind === one));
  return events.find((event) => event.kind === kind)?.colour ?? events[0]!.colour;
}

/** Lines through a pane; above the first one their numbers. */
function marksOn(pane: number, clusters: readonly Cluster[]) {
  return onPane(pane, {
    type: 'line' as const,
    silent: true,
    data: [],
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      data: clusters.map(({ at, label, colour }) => ({
        xAxis: at,
        lineStyle: { color: palette[colour].light, type: 'solid' as const, width: 1.3 },
        label: {
          show: pane === 0,
          formatter: label,
          position: 'end' as const,
          color: palette[colour].light,
          fontWeight: 650 as const,
          ...font,
        },
      })),
    },
  });
}

function time({ day }: QualityDay): number {
  return Date.parse(day);
}

function noon(day: QualityDay): number {
  return time(day) + dayMs / 2;
}
