// What an experiment has seen over time: the log as it is now, asked as if it were then. What has been computed of a running one is kept
// until the log has come to the next moment of the grid.

import type { ExperimentHistoryAnswer, ExperimentLook } from '@flightdeck/admin-api';
import { analyseExperiment, type Experiment, type ExperimentData } from '@flightdeck/rollout';
import { type LogPlace, withLog } from '../live-log.ts';
import type { ModelPolicy } from '../policy.ts';
import { longestWindow } from '../policy.ts';
import { gatherExperimentAt } from './experiment-data.ts';
import type { RunningExperiment } from './experiment-record.ts';

export interface ExperimentHistoryDesk {
  readonly place: LogPlace;
  readonly policyOf: (model: string) => Promise<ModelPolicy>;
  readonly timeOf: (model: string) => number | null;
}

export type ExperimentHistory = (running: RunningExperiment) => Promise<ExperimentHistoryAnswer>;

const mostKept = 50;
const second = 1_000;
/** Between two looks, so that there are some dozens of them whether it runs for minutes or months. */
const steps = [10, 60, 300, 900, 3_600, 7_200, 21_600, 43_200, 86_400, 604_800].map((s) => s * second);
const mostLooks = 40;

export function experimentHistory({ place, policyOf, timeOf }: ExperimentHistoryDesk): ExperimentHistory {
  const kept = new Map<string, Promise<ExperimentHistoryAnswer>>();

  async function look(running: RunningExperiment, until: number): Promise<ExperimentHistoryAnswer> {
    const { experiment, procedure, model } = running;
    const moments = momentsOf(experiment.startsAt, until);
    if (moments.length === 0) return { until, looks: [] };
    const labelDelayMs = longestWindow(await policyOf(model)).alarms.quality.labelDelayMinutes * 60_000;
    const period = { experiment, endpoint: procedure.endpoint, labelDelayMs };
    const seen = await withLog(place, model, (database) => gatherExperimentAt(database, period, moments));
    return { until, looks: moments.map((at, i) => lookOf(experiment, seen[i]!, at)) };
  }

  return (running) => {
    const { experiment, procedure, ended, model } = running;
    const until = ended?.at ?? timeOf(model) ?? experiment.startsAt;
    const key = JSON.stringify([procedure.id, ended !== null, roundedDown(experiment.startsAt, until)]);
    const found = kept.get(key) ?? look(running, until);
    kept.delete(key);
    kept.set(key, found);
    found.catch(() => kept.delete(key));
    if (kept.size > mostKept) kept.delete(kept.keys().next().value!);
    return found;
  };
}

function stepOf(from: number, until: number): number {
  return steps.find((step) => (until - from) / step <= mostLooks) ?? steps.at(-1)!;
}

function roundedDown(from: number, until: number): number {
  const step = stepOf(from, until);
  return from + Math.floor((until - from) / step) * step;
}

/** Each step from the beginning, and the end. */
export function momentsOf(from: number, until: number): number[] {
  const step = stepOf(from, until);
  const grid = Array.from(
    { length: Math.max(0, Math.ceil((until - from) / step) - 1) },
    (_, i) => from + (i + 1) * step,
  );
  return until > from ? [...grid.slice(-10 * mostLooks), until] : [];
}

/** The same analysis as the controller's own, so that nothing is shown that it would not say. */
function lookOf(experiment: Experiment, data: ExperimentData, at: number): ExperimentLook {
  const { verdict, reasons } = analyseExperiment(experiment, data, at);
  const effects = reasons.flatMap(({ check, value, low, high }) =>
    check.startsWith('effect:') && value !== null && low !== undefined && high !== undefined
      ? [{ variant: check.slice('effect:'.length), value, low, high }]
      : [],
  );
  const groups = experiment.variants.map(({ name }) => {
    const { units, mean } = data[name] ?? { units: 0, mean: 0 };
    return { variant: name, units, mean };
  });
  return { at, verdict, reasons, groups, effects };
}
