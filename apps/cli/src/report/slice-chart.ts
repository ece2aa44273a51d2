// Where it is better and where worse: one declared slice, value by value; below, the share of positives and the mean score, which
// should lie on it.

import type { EvaluationSummary } from '@flightdeck/training/evaluation';
import { score } from '../figures.ts';
import { type Chart, font, half, numberAxis, pane, whole } from './chart.ts';
import { whiskers } from './marks.ts';
import { palette } from './palette.ts';
import type { Compared } from './ranking-charts.ts';

type SliceValue = EvaluationSummary['slices'][number];

/** More values than this need the whole width. */
const manyValues = 8;

export function sliceChart(slice: string, { network, logistic }: Compared): Chart {
  const ofSlice = (evaluation: EvaluationSummary) => evaluation.slices.filter((one) => one.slice === slice);
  const values = ofSlice(network);
  const areas = values.map(({ metrics }) => metrics?.rocAuc ?? null);
  const known = areas.filter((area) => area !== null);
  const many = values.length > manyValues;
  const names = values.map(({ value }) => value);
  const overall = network.metrics.rocAuc.value;
  return {
    title: `ROC-AUC and score by ${slice}`,
    description: describe(slice, values),
    legend: [
      { colour: 'network', mark: 'dot', text: 'network, 95 %' },
      { colour: 'logistic', mark: 'diamond', text: 'logistic' },
      { colour: 'constant', mark: 'dotted', text: `network on all rows ${score(overall)}` },
      { colour: 'constant', mark: 'bar', text: 'share of positives, with the mean score as a dot' },
    ],
    ...(many ? whole : half),
    option: {
      grid: [
        { ...pane, top: 10, height: many ? 190 : 176 },
        { ...pane, top: many ? 220 : 206, height: 58 },
      ],
      xAxis: [
        { ...categoryAxis(names, ''), axisLabel: { show: false } },
        { ...categoryAxis(names, slice), gridIndex: 1 },
      ],
      yAxis: [
        {
          ...numberAxis({ name: 'ROC-AUC', gap: 40, ...range(known) }),
          axisLabel: { color: palette.muted.light, ...font, formatter: (value: number) => value.toFixed(2) },
        },
        {
          ...numberAxis({ name: 'positives', min: 0, gap: 40 }),
          gridIndex: 1,
          splitNumber: 2,
          axisLabel: {
            color: palette.muted.light,
            ...font,
            formatter: (value: number) => `${Math.round(value * 100)} %`,
          },
        },
      ],
      series: [
        {
          ...points(areas.map((area) => area?.value ?? null)),
          itemStyle: { color: palette.network.light, opacity: 1 },
          z: 4,
          markLine: {
            silent: true,
            symbol: 'none',
            precision: 6,
            label: { show: false },
            lineStyle: { color: palette.constant.light, type: 'dotted', width: 1.5 },
            data: [{ yAxis: overall }],
          },
        },
        whiskers(
          areas.flatMap((area, index) => (area === null ? [] : [[index, area.low, area.high] as const])),
          'network',
        ),
        {
          ...points(ofSlice(logistic).map(({ metrics }) => metrics?.rocAuc.value ?? null)),
          symbol: 'diamond',
          symbolSize: 9,
          itemStyle: { color: palette.logistic.light, opacity: 1 },
          z: 3,
        },
        {
          type: 'bar',
          silent: true,
          xAxisIndex: 1,
          yAxisIndex: 1,
          barWidth: many ? 14 : 26,
          itemStyle: { color: palette.constant.light, opacity: 0.55 },
          data: values.map(({ positives, rows }) => (rows === 0 ? 0 : positives / rows)),
        },
        {
          ...points(values.map(({ meanScore }) => meanScore)),
          symbolSize: 6,
          xAxisIndex: 1,
          yAxisIndex: 1,
          itemStyle: { color: palette.network.light, opacity: 1 },
          z: 4,
        },
      ],
    },
  };
}

function describe(slice: string, values: readonly SliceValue[]): string {
  const judged = values.filter(({ metrics }) => metrics !== null);
  const sorted = [...judged].sort((a, b) => a.metrics!.rocAuc.value - b.metrics!.rocAuc.value);
  const [worst, best] = [sorted[0], sorted.at(-1)];
  if (!worst || !best) return `No value of ${slice} has enough rows.`;
  const figure = (one: SliceValue) => `${score(one.metrics!.rocAuc.value)} at ${one.value}`;
  return `ROC-AUC of the network by ${slice}: lowest ${figure(worst)}, highest ${figure(best)}.`;
}

function categoryAxis(names: readonly string[], name: string) {
  return {
    type: 'category' as const,
    data: [...names],
    name,
    nameLocation: 'middle' as const,
    nameGap: 26,
    nameTextStyle: { color: palette.muted.light, ...font },
    axisLabel: { color: palette.muted.light, ...font },
    axisLine: { lineStyle: { color: palette.line.light } },
    axisTick: { show: false },
  };
}

function points(values: readonly (number | null)[]) {
  return { type: 'scatter' as const, silent: true, symbolSize: 8, data: values.map((value) => value ?? '-') };
}

/** Twentieths around all intervals, so that the whiskers are not cut. */
function range(areas: readonly { low: number; high: number }[]): { min: number; max: number } {
  if (areas.length === 0) return { min: 0.5, max: 1 };
  const low = Math.min(...areas.map((area) => area.low));
  const high = Math.max(...areas.map((area) => area.high));
  return { min: Math.floor(low * 20) / 20, max: Math.min(1, Math.ceil(high * 20) / 20) };
}
