// The curves behind the metrics, of one version or of two over each other. The second is drawn dashed, so that no colour is needed to tell
// them apart.

import type { VersionEvaluation } from '@flightdeck/admin-api';
import type { EChartsCoreOption } from 'echarts/core';
import { useMemo } from 'react';
import { Chart } from '../../parts/chart.tsx';
import { decimal } from '../../parts/words.ts';

export interface CurveSide {
  /** "v3" */
  readonly name: string;
  readonly evaluation: VersionEvaluation;
}

interface CurvesProps {
  readonly sides: readonly CurveSide[];
}

export function RocChart({ sides }: CurvesProps) {
  const option = useMemo(
    () =>
      optionOf({
        title: 'ROC',
        x: 'false positive rate',
        y: 'true positive rate',
        lines: sides.map(({ name, evaluation }) => ({ name, points: evaluation.curves?.roc ?? [] })),
        diagonal: 'chance',
      }),
    [sides],
  );
  return <Chart label={`ROC curve: ${areas(sides, 'rocAuc')}.`} option={option} height={300} />;
}

export function PrecisionRecallChart({ sides }: CurvesProps) {
  const option = useMemo(
    () =>
      optionOf({
        title: 'Precision and recall',
        x: 'recall',
        y: 'precision',
        lines: sides.map(({ name, evaluation }) => ({
          name,
          points: evaluation.curves?.precisionRecall ?? [],
        })),
      }),
    [sides],
  );
  return <Chart label={`Precision over recall: ${areas(sides, 'prAuc')}.`} option={option} height={300} />;
}

export function CalibrationChart({ sides }: CurvesProps) {
  const option = useMemo(
    () =>
      optionOf({
        title: 'Calibration',
        x: 'predicted probability',
        y: 'observed share',
        lines: sides.map(({ name, evaluation }) => ({
          name,
          points: (evaluation.curves?.calibration ?? []).map(({ predicted, observed }) => [
            predicted,
            observed,
          ]),
          dots: true,
        })),
        diagonal: 'as predicted',
      }),
    [sides],
  );
  const said = sides.map(({ name, evaluation: { metrics } }) =>
    metrics.ece ? `${name} is off by ${decimal(metrics.ece.value)} on average` : `${name} was not measured`,
  );
  return <Chart label={`Calibration: ${said.join(', ')}.`} option={option} height={300} />;
}

function areas(sides: readonly CurveSide[], metric: string): string {
  return sides
    .map(({ name, evaluation: { metrics } }) =>
      metrics[metric] ? `area ${decimal(metrics[metric].value)} for ${name}` : `${name} was not measured`,
    )
    .join(', ');
}

interface Line {
  readonly name: string;
  readonly points: readonly (readonly number[])[];
  readonly dots?: boolean;
}

interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** What the diagonal stands for, where there is one. */
  readonly diagonal?: string;
}

const styles = [
  { color: '#1c7ed6', type: 'solid' },
  { color: '#e8590c', type: 'dashed' },
] as const;

function optionOf({ title, x, y, lines, diagonal }: Plot): EChartsCoreOption {
  const axis = { type: 'value', min: 0, max: 1, nameLocation: 'middle' } as const;
  return {
    grid: { left: 48, right: 12, top: 44, bottom: 44 },
    legend: { top: 0, left: 0, data: lines.length > 1 ? lines.map(({ name }) => name) : [title], show: true },
    tooltip: { trigger: 'axis', valueFormatter: (value: unknown) => Number(value).toFixed(3) },
    xAxis: { ...axis, name: lines.length > 1 ? `${x} (${title})` : x, nameGap: 26 },
    yAxis: { ...axis, name: y, nameGap: 34 },
    series: [
      ...lines.map(({ name, points, dots = false }, i) => ({
        ...{
          type: 'line',
          name: lines.length > 1 ? name : title,
          data: points,
          showSymbol: dots,
          symbolSize: 6,
        },
        lineStyle: { width: 2, type: styles[i % styles.length]!.type },
        itemStyle: { color: styles[i % styles.length]!.color },
      })),
      ...(diagonal === undefined ? [] : [diagonalLine(diagonal)]),
    ],
  };
}

function diagonalLine(name: string) {
  return {
    ...{ type: 'line', name, showSymbol: false, silent: true },
    data: [
      [0, 0],
      [1, 1],
    ],
    lineStyle: { width: 1, type: 'dotted', color: '#868e96' },
    itemStyle: { color: '#868e96' },
  };
}
