// What lists and details say of a run.

import type { Run } from '@flightdeck/registry';
import { count, duration, score } from './figures.ts';

/** How long it took, or has taken so far. */
export function took({ startedAt, finishedAt }: Run, now: number): string {
  const end = finishedAt === null ? now : Date.parse(finishedAt);
  return duration((end - Date.parse(startedAt)) / 1000);
}

/** How many rows it was asked to train on. */
export function rowsOf({ parameters }: Run): string {
  const { rows } = parametersOf(parameters);
  if (rows === null) return 'all';
  return typeof rows === 'number' ? count(rows) : '-';
}

export function parametersOf(parameters: Run['parameters']): Readonly<Record<string, unknown>> {
  return parameters !== null && typeof parameters === 'object' && !Array.isArray(parameters)
    ? parameters
    : {};
}

export function metricOrDash(value: number | undefined): string {
  return value === undefined ? '-' : score(value);
}
