// Does it rank well? The two curves over all thresholds, network against logistic regression against chance.

import type { EvaluationSummary } from '@flightdeck/training/evaluation';
import { score } from '../figures.ts';
import { type Chart, half, line, numberAxis } from './chart.ts';

export interface Compared {
  readonly network: EvaluationSummary;
  readonly logistic: EvaluationSummary;
}

const grid = { left: 56, right: 14, top: 10, bottom: 44 };

export function rocChart({ network, logistic }: Compared): Chart {
  const areas = { network: network.metrics.rocAuc, logistic: logistic.metrics.rocAuc };
  return {
    title: 'ROC curve',
    description:
      `ROC curves. Area under the curve: network ${score(areas.network.value)}, logistic regression ` +
      `${score(areas.logistic.value)}, chance 0.5.`,
    legend: [
      { colour: 'network', mark: 'solid', text: `network ${score(areas.network.value)}` },
      { colour: 'logistic', mark: 'dashed', text: `logistic ${score(areas.logistic.value)}` },
      { colour: 'constant', mark: 'dotted', text: 'chance 0.5' },
    ],
    ...half,
    option: {
      grid,
      xAxis: numberAxis({ name: 'false positive rate', min: 0, max: 1 }),
      yAxis: numberAxis({ name: 'true positive rate', min: 0, max: 1, gap: 40 }),
      series: [
        line(
          [
            [0, 0],
            [1, 1],
          ],
          { colour: 'constant', style: 'dotted' },
        ),
        line(logistic.curves.roc, { colour: 'logistic', style: 'dashed' }),
        line(network.curves.roc, { colour: 'network', width: 2.5 }),
      ],
    },
  };
}

export function precisionRecallChart({ network, logistic }: Compared): Chart {
  const areas = { network: network.metrics.prAuc, logistic: logistic.metrics.prAuc };
  const share = network.positives / network.rows;
  return {
    title: 'Precision and recall',
    description:
      `Precision against recall. Area under the curve: network ${score(areas.network.value)}, logistic regression ` +
      `${score(areas.logistic.value)}, chance ${score(share)}, which is the share of positives.`,
    legend: [
      { colour: 'network', mark: 'solid', text: `network ${score(areas.network.value)}` },
      { colour: 'logistic', mark: 'dashed', text: `logistic ${score(areas.logistic.value)}` },
      { colour: 'constant', mark: 'dotted', text: `chance ${score(share)}` },
    ],
    ...half,
    option: {
      grid,
      xAxis: numberAxis({ name: 'recall', min: 0, max: 1 }),
      yAxis: numberAxis({ name: 'precision', min: 0, max: 1, gap: 40 }),
      series: [
        line(
          [
            [0, share],
            [1, share],
          ],
          { colour: 'constant', style: 'dotted' },
        ),
        line(logistic.curves.precisionRecall, { colour: 'logistic', style: 'dashed' }),
        line(network.curves.precisionRecall, { colour: 'network', width: 2.5 }),
      ],
    },
  };
}
