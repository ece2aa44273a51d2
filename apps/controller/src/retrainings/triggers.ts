// What could be a reason to train: reports of the champion, the schedule, and alerts. Pure functions.

import type { Report } from '@flightdeck/monitoring';
import type { RetrainingEvidence, Trigger } from '@flightdeck/rollout';
import type { ModelPolicy } from '../policy.ts';
import { lengthOf } from '../reports/reports-made.ts';
import type { OpenAlert } from './alerts.ts';

const minute = 60_000;

/**
 * Of each length of window the latest report whose labels have had their time, or are known already, the longest window first. An alarm
 * on drift waits for it: whether drift does harm is what the labels of the same window say.
 */
export function settledReports(
  newestFirst: readonly Report[],
  { windows, retraining }: ModelPolicy,
  now: number,
): readonly Report[] {
  const longestFirst = windows.toSorted((a, b) => b.lengthMinutes - a.lengthMinutes);
  const { minimumLabels, minimumCoverage } = retraining.quality;
  return longestFirst.flatMap(({ lengthMinutes, alarms }) => {
    const found = newestFirst.find(({ window, quality }) => {
      const isDue = now >= window.to + alarms.quality.labelDelayMinutes * minute;
      const isKnown = quality.rows >= minimumLabels && (quality.coverage ?? 0) >= minimumCoverage;
      return lengthOf(window) === lengthMinutes * minute && (isDue || isKnown);
    });
    return found ?? [];
  });
}

/** Ids are stable, so that an answered trigger is not answered again when its report is made anew. */
export function triggersFrom({ endpoint, version, window, drift, quality }: Report): Trigger[] {
  const at = window.to;
  const [from, to] = [window.from, at].map((time) => new Date(time).toISOString());
  const id = (what: string) => `${what}:${endpoint}:v${version}:${from}/${to}`;
  return [
    ...(drift.verdict === 'drifted' ? [{ source: 'drift' as const, id: id('drift'), at }] : []),
    ...(quality.verdict === 'degraded' ? [{ source: 'quality' as const, id: id('quality'), at }] : []),
  ];
}

/** Due at the latest multiple of the interval, if the log was there by then. */
export function scheduleTrigger(
  { everyMinutes }: Pick<ModelPolicy['retraining'], 'everyMinutes'>,
  logBegins: number,
  now: number,
): Trigger[] {
  if (everyMinutes === null) return [];
  const at = Math.floor(now / (everyMinutes * minute)) * everyMinutes * minute;
  return at <= logBegins ? [] : [{ source: 'schedule', id: `schedule:${new Date(at).toISOString()}`, at }];
}

export function alertTriggers(alerts: readonly OpenAlert[]): Trigger[] {
  return alerts.map(({ id, at, about }) => ({ source: 'alert', id, at, about }));
}

/** Null where a number could not be computed, or there is no report. */
export function qualityFrom(report: Report | undefined): RetrainingEvidence['quality'] {
  if (report === undefined) return null;
  const { rows, coverage, metrics, eceNoise } = report.quality;
  const auc = known(metrics.rocAuc);
  const error = known(metrics.ece);
  const referenceAuc = metrics.rocAuc.promised;
  if (auc === null || error === null || referenceAuc === null || coverage === null) return null;
  // Perfect probabilities have a calibration error too, by chance, and it is no reason to do anything.
  const beyondChance = (value: number) => Math.max(0, value - (eceNoise ?? 0));
  const calibrationError = {
    value: beyondChance(error.value),
    low: beyondChance(error.low),
    high: beyondChance(error.high),
  };
  return { labels: rows, coverage, auc, referenceAuc, calibrationError };
}

interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

function known({ value, low, high }: Report['quality']['metrics']['rocAuc']): Estimate | null {
  return value === null || low === null || high === null ? null : { value, low, high };
}
