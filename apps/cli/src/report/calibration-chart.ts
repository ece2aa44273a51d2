// Are its probabilities true? Observed share against predicted probability, bin by bin, and how many rows each bin holds.

import { score } from '../figures.ts';
import { type Chart, half, line, numberAxis, pane } from './chart.ts';
import { columns, whiskers } from './marks.ts';
import { palette } from './palette.ts';
import type { Compared } from './ranking-charts.ts';

export function calibrationChart({ network, logistic }: Compared): Chart {
  const bins = network.curves.calibration;
  const end = axisEnd(bins.map(({ predicted, high }) => Math.max(predicted, high)));
  return {
    title: 'Calibration',
    description:
      `Observed share of positives against predicted probability in ${bins.length} bins. Expected calibration error of the ` +
      `network ${score(network.metrics.ece.value)}, of logistic regression ${score(logistic.metrics.ece.value)}.`,
    legend: [
      { colour: 'network', mark: 'dot', text: `network, Wilson 95 %` },
      { colour: 'logistic', mark: 'dashed', text: 'logistic' },
      { colour: 'constant', mark: 'dotted', text: 'perfect' },
    ],
    ...half,
    option: {
      grid: [
        { ...pane, top: 10, height: 176 },
        { ...pane, top: 206, height: 58 },
      ],
      xAxis: [
        { ...numberAxis({ name: '', min: 0, max: end }), axisLabel: { show: false } },
        { ...numberAxis({ name: 'predicted probability', min: 0, max: end }), gridIndex: 1 },
      ],
      yAxis: [
        numberAxis({ name: 'observed share', min: 0, max: end, gap: 40 }),
        {
          ...numberAxis({ name: 'rows (log)', min: 1, gap: 40 }),
          type: 'log',
          gridIndex: 1,
          axisLabel: { color: palette.muted.light, formatter: shortCount, hideOverlap: true },
        },
      ],
      series: [
        line(
          [
            [0, 0],
            [end, end],
          ],
          { colour: 'constant', style: 'dotted' },
        ),
        line(pointsOf(logistic), { colour: 'logistic', style: 'dashed', width: 1.5 }),
        whiskers(
          bins.map(({ predicted, low, high }) => [predicted, low, high]),
          'network',
        ),
        line(pointsOf(network), { colour: 'network', dots: true }),
        {
          ...columns(
            bins.map(({ predicted, rows }) => [predicted, rows]),
            1,
            'network',
          ),
          xAxisIndex: 1,
          yAxisIndex: 1,
        },
      ],
    },
  };
}

function pointsOf({ curves }: Compared['network']): [number, number][] {
  return curves.calibration.map(({ predicted, observed }) => [predicted, observed]);
}

/** The next tenth above everything shown. */
function axisEnd(values: readonly number[]): number {
  return Math.min(1, Math.ceil(Math.max(0.1, ...values) * 10) / 10);
}

function shortCount(value: number): string {
  return value >= 1000 ? `${value / 1000}k` : String(value);
}
