// How it learned: loss per epoch on the rows it trains on and on those it does not.

import type { TrainingResult } from '@flightdeck/training/result';
import { score } from '../figures.ts';
import { type Chart, half, line, numberAxis } from './chart.ts';

export function lossChart(epochs: TrainingResult['epochs']): Chart {
  const best = epochs.reduce((one, other) => (other.validationLoss < one.validationLoss ? other : one));
  return {
    title: 'Loss while training',
    description:
      `Loss over ${epochs.length} epochs. The lowest validation loss, ${score(best.validationLoss)}, is that of epoch ` +
      `${best.epoch}.`,
    legend: [
      { colour: 'network', mark: 'solid', text: `validation, best ${score(best.validationLoss)}` },
      { colour: 'network', mark: 'dashed', text: 'training' },
    ],
    ...half,
    option: {
      grid: { left: 62, right: 14, top: 10, bottom: 44 },
      xAxis: {
        ...numberAxis({ name: 'epoch', min: epochs[0]!.epoch, max: epochs.at(-1)!.epoch }),
        minInterval: 1,
      },
      yAxis: numberAxis({ name: 'cross-entropy (nats a row)', gap: 46 }),
      series: [
        line(
          epochs.map(({ epoch, trainingLoss }) => [epoch, trainingLoss]),
          {
            colour: 'network',
            style: 'dashed',
            dots: true,
          },
        ),
        line(
          epochs.map(({ epoch, validationLoss }) => [epoch, validationLoss]),
          {
            colour: 'network',
            width: 2.5,
            dots: true,
          },
        ),
      ],
    },
  };
}
