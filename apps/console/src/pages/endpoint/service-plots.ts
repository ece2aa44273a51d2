// Latency and errors by version over event time, as options of plots and as the sentences that say what they show. Pure.

import type { ServiceWindow } from '@flightdeck/admin-api';
import type { EChartsCoreOption } from 'echarts/core';
import { count, percent } from '../../parts/words.ts';

export const percentiles = ['p50', 'p95', 'p99'] as const;
export type Percentile = (typeof percentiles)[number];

type Point = readonly [at: number, value: number | null];

const shapes = ['circle', 'rect', 'triangle', 'diamond'] as const;
const lines = ['solid', 'dashed', 'dotted'] as const;

export function latencyPlot(windows: readonly ServiceWindow[], percentile: Percentile): EChartsCoreOption {
  return plotOf(windows, 'ms', ({ latencyMs, from, to }) => [
    (from + to) / 2,
    latencyMs?.[percentile] ?? null,
  ]);
}

export function errorPlot(windows: readonly ServiceWindow[]): EChartsCoreOption {
  return plotOf(windows, '%', (window) => [(window.from + window.to) / 2, 100 * failedShare(window)]);
}

/** Each version by colour, by shape and by the stroke of its line. */
function plotOf(
  windows: readonly ServiceWindow[],
  unit: string,
  pointOf: (window: ServiceWindow) => Point,
): EChartsCoreOption {
  const versions = [...Map.groupBy(windows, ({ version }) => version)].sort(([a], [b]) => a - b);
  return {
    useUTC: true,
    grid: { left: 52, right: 16, top: 36, bottom: 28 },
    legend: { top: 0 },
    tooltip: { trigger: 'axis' },
    xAxis: { type: 'time' },
    yAxis: { type: 'value', name: unit, min: 0 },
    series: versions.map(([version, own], place) => ({
      type: 'line',
      name: `version ${version}`,
      data: own.map(pointOf),
      symbol: shapes[place % shapes.length],
      symbolSize: 7,
      lineStyle: { type: lines[place % lines.length] },
    })),
  };
}

/** Of what was asked; 0 where nothing was. */
export function failedShare({ answered, failed }: Pick<ServiceWindow, 'answered' | 'failed'>): number {
  return failed === 0 ? 0 : failed / (answered + failed);
}

/** "Latency p99 by version: version 2 at 39.1 ms in its latest window." */
export function latencySentence(windows: readonly ServiceWindow[], percentile: Percentile): string {
  const said = latestByVersion(windows).map(({ version, latencyMs }) =>
    latencyMs
      ? `version ${version} ${milliseconds(latencyMs[percentile])}`
      : `version ${version} without an answer`,
  );
  return `Latency ${percentile} over event time, in the latest window of each version: ${said.join(', ')}.`;
}

export function errorSentence(windows: readonly ServiceWindow[]): string {
  const said = latestByVersion(windows).map(
    (window) =>
      `version ${window.version} ${percent(failedShare(window))} of ${count(window.answered + window.failed)}`,
  );
  return `Share of failed predictions over event time, in the latest window of each version: ${said.join(', ')}.`;
}

function latestByVersion(windows: readonly ServiceWindow[]): readonly ServiceWindow[] {
  return [...Map.groupBy(windows, ({ version }) => version).values()]
    .map((own) => own.at(-1)!)
    .sort((a, b) => a.version - b.version);
}

export function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}
