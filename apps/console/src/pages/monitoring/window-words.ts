// How the page on monitoring names windows, features and metrics.

import type { WindowNumbers } from '@flightdeck/admin-api';
import { describeDuration, describeTime } from '../../parts/words.ts';

const dayMinutes = 1_440;

/** "14 May 2001" for a day, "7 May 2001 and 7 days" for a week, else with the time. */
export function nameOfWindow({ from, to }: Pick<WindowNumbers, 'from' | 'to'>): string {
  const minutes = (to - from) / 60_000;
  const [date, time] = describeTime(new Date(from)).split(', ');
  if (minutes === dayMinutes && time === '00:00') return date!;
  return `${time === '00:00' ? date : `${date}, ${time}`} and ${describeDuration(to - from)}`;
}

/** "14 May", where the year is said elsewhere. */
export function shortNameOf({ from }: Pick<WindowNumbers, 'from'>): string {
  return describeTime(new Date(from)).replace(/ \d{4}, .*/, '');
}

export function nameOfLength(minutes: number): string {
  if (minutes === dayMinutes) return 'a day';
  if (minutes === 7 * dayMinutes) return 'a week';
  return describeDuration(minutes * 60_000);
}

export function nameOfFeature(feature: string | null): string {
  return feature ?? 'The score';
}

export type MetricName = keyof WindowNumbers['quality']['metrics'];

export const metricNames: Readonly<Record<MetricName, string>> = {
  rocAuc: 'ROC-AUC',
  logLoss: 'Log loss',
  brier: 'Brier score',
  ece: 'Calibration error',
};

/** A number, or that it is not known. */
export function known(value: number | null, write: (value: number) => string): string {
  return value === null ? 'unknown' : write(value);
}
