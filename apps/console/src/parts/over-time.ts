// Plots over event time: a line for each version, with its interval and what it is compared with.

import type { EChartsCoreOption } from 'echarts/core';

export interface Moment {
  /** Event time. */
  readonly at: number;
  readonly value: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
}

export interface Line {
  readonly name: string;
  readonly moments: readonly Moment[];
  /** Not measured, but promised or planned. */
  readonly dashed?: boolean;
}

interface PlotOptions {
  readonly write: (value: number) => string;
  readonly limit?: { readonly name: string; readonly value: number };
  readonly fromZero?: boolean;
}

/** Okabe and Ito's, which those who see few colours can tell apart. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];

/** A dashed line has the colour of the one of its name's first word: "v2 promised" that of "v2". */
export function overTime(
  lines: readonly Line[],
  { write, limit, fromZero = false }: PlotOptions,
): EChartsCoreOption {
  const groups = [...new Set(lines.map(({ name }) => groupOf(name)))];
  const colourOf = (name: string) => colours[groups.indexOf(groupOf(name)) % colours.length]!;
  return {
    useUTC: true,
    grid: { left: 56, right: 24, top: lines.length > 1 ? 36 : 16, bottom: 28 },
    ...(lines.length > 1 && { legend: { top: 0, data: lines.map(({ name }) => name), type: 'scroll' } }),
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => (typeof value === 'number' ? write(value) : ''),
    },
    xAxis: { type: 'time', axisLabel: { formatter: timeLabels, hideOverlap: true } },
    yAxis: { type: 'value', scale: !fromZero, axisLabel: { formatter: write } },
    series: [
      ...lines.flatMap((line) => bandOf(line, colourOf(line.name))),
      ...lines.map((line, i) => ({
        ...{ type: 'line', name: line.name, data: pointsOf(line) },
        ...{ color: colourOf(line.name), symbolSize: 6, showSymbol: !line.dashed },
        ...(line.dashed && { lineStyle: { type: 'dashed', width: 1 } }),
        ...(i === 0 && limit && { markLine: limitLine(limit) }),
      })),
    ],
  };
}

/** A day says its month: it is seldom this one. */
const timeLabels = {
  ...{ year: '{yyyy}', month: '{MMM} {yyyy}', day: '{d} {MMM}' },
  ...{ hour: '{HH}:{mm}', minute: '{HH}:{mm}', second: '{HH}:{mm}:{ss}' },
};

function groupOf(name: string): string {
  return name.split(' ')[0]!;
}

function pointsOf({ moments }: Line): [number, number | null][] {
  return moments.map(({ at, value }) => [at, value]);
}

/** An area between two lines is the first, not drawn, with what is missing to the second stacked upon it. */
function bandOf({ name, moments }: Line, color: string) {
  const known = moments.filter(({ low, high }) => typeof low === 'number' && typeof high === 'number');
  if (known.length === 0) return [];
  const line = {
    ...{
      type: 'line',
      color,
      stack: `interval of ${name}`,
      stackStrategy: 'all',
      symbol: 'none',
      silent: true,
    },
    ...{ lineStyle: { opacity: 0 }, tooltip: { show: false } },
  };
  return [
    { ...line, data: known.map(({ at, low }) => [at, low]) },
    { ...line, data: known.map(({ at, low, high }) => [at, high! - low!]), areaStyle: { opacity: 0.15 } },
  ];
}

function limitLine({ name, value }: { readonly name: string; readonly value: number }) {
  return {
    ...{ symbol: 'none', silent: true, animation: false },
    label: { formatter: name, position: 'insideStartBottom' },
    lineStyle: { type: 'dotted', color: '#c92a2a', width: 2 },
    data: [{ yAxis: value }],
  };
}
