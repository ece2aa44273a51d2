// Trials as parallel coordinates: an axis for each hyperparameter, one for each metric, and a line for each trial.

import type { Trial, TrialParameters } from '@flightdeck/admin-api';
import { metricName } from '../../parts/metric-words.ts';

/** Where the run does not say what was declared. */
const unsaid = 'as declared';

/** What any of the trials changed, and what any of them was measured by. */
export function trialNames(trials: readonly Trial[]): {
  readonly parameters: readonly string[];
  readonly metrics: readonly string[];
} {
  return {
    parameters: [...new Set(trials.flatMap(({ parameters }) => Object.keys(parameters)))],
    metrics: [...new Set(trials.flatMap(({ metrics }) => Object.keys(metrics ?? {})))],
  };
}

/** The number of the one with the lowest log loss, the first of equal ones, as the kit chooses; undefined where none was measured. */
export function bestTrial(trials: readonly Trial[]): number | undefined {
  const measured = trials.flatMap(({ metrics }, number) =>
    metrics?.logLoss === undefined ? [] : [{ number, loss: metrics.logLoss }],
  );
  return measured.toSorted((a, b) => a.loss - b.loss)[0]?.number;
}

/** ECharts' option. A trial that led nowhere ends where its metrics would begin. */
export function parallelOption(given: readonly Trial[], declared: TrialParameters) {
  const { parameters, metrics } = trialNames(given);
  const best = bestTrial(given);
  const trials = given.map((trial) => ({ ...trial, parameters: { ...declared, ...trial.parameters } }));
  return {
    parallel: { left: 48, right: 72, top: 40, bottom: 28 },
    parallelAxis: [
      ...parameters.map((name, dim) => ({
        dim,
        name,
        ...scaleOf(trials.map((trial) => trial.parameters[name])),
      })),
      ...metrics.map((name, i) => ({
        dim: parameters.length + i,
        ...{ name: metricName(name), type: 'value', scale: true },
      })),
    ],
    series: [
      {
        type: 'parallel',
        smooth: false,
        lineStyle: { width: 2, opacity: 0.75 },
        data: trials.map((trial, number) => ({
          name: `trial ${number}`,
          value: [
            ...parameters.map((name) => shownOn(name, trial, trials)),
            ...metrics.map((name) => trial.metrics?.[name] ?? '-'),
          ],
          // The chosen one is told by its width too, and by the table.
          lineStyle: number === best ? { color: '#e8590c', width: 4, opacity: 1 } : { color: '#1c7ed6' },
        })),
      },
    ],
  };
}

type Value = number | string | undefined;

/** Numbers on a scale; where a trial kept what was declared, or a value is a word, names side by side. */
function scaleOf(values: readonly Value[]) {
  if (values.every((value) => typeof value === 'number')) return { type: 'value', scale: true };
  return { type: 'category', data: namesOf(values) };
}

function namesOf(values: readonly Value[]): string[] {
  const numbers = values.filter((value) => typeof value === 'number').toSorted((a, b) => a - b);
  const words = values.filter((value) => typeof value === 'string').toSorted();
  const rest = values.includes(undefined) ? [unsaid] : [];
  return [...new Set([...rest, ...numbers.map(String), ...words])];
}

function shownOn(name: string, { parameters }: Trial, trials: readonly Trial[]): number | string {
  const value = parameters[name];
  const onScale = trials.every((trial) => typeof trial.parameters[name] === 'number');
  return onScale ? value! : String(value ?? unsaid);
}
