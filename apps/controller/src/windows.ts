// Which windows are due for a report. Windows lie on a fixed grid of event time; one is reported when it is complete, and again when its
// labels have had their time. A pure function of what is in the log and what was reported, so that asking twice changes nothing.

import type { WindowPolicy } from './policy.ts';

const minute = 60_000;

/** That a version answered at an endpoint in the step that begins at `at`, which is on the grid. */
export interface Traffic {
  readonly endpoint: string;
  readonly version: number;
  /** Event time, milliseconds since 1970 UTC, as all times here. */
  readonly at: number;
}

export interface Window {
  readonly endpoint: string;
  readonly version: number;
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** Windows begin at multiples of their step counted from here: a Monday. */
export const firstMonday = 4 * 24 * 60 * minute;

/** When a window's latest report was made, in event time; undefined where there is none. */
export type Reported = (window: Window) => number | undefined;

/** Oldest first, because alarms look at the window before. */
export function dueWindows(
  traffic: readonly Traffic[],
  reported: Reported,
  policy: WindowPolicy,
  now: number,
): readonly Window[] {
  return windowsWith(traffic, policy)
    .filter((window) => {
      const due = latestMoment(window, policy, now);
      return due !== undefined && due > (reported(window) ?? Number.NEGATIVE_INFINITY);
    })
    .sort((a, b) => a.to - b.to || a.version - b.version);
}

/** The latest moment that has passed at which the window should be reported. */
function latestMoment({ to }: Window, { alarms }: WindowPolicy, now: number): number | undefined {
  const matured = to + alarms.quality.labelDelayMinutes * minute;
  return [matured, to].find((moment) => moment <= now);
}

/** Every window that holds a step with traffic. */
function windowsWith(traffic: readonly Traffic[], policy: WindowPolicy): Window[] {
  const [length, step] = [policy.lengthMinutes * minute, policy.stepMinutes * minute];
  const windows = new Map<string, Window>();
  for (const { endpoint, version, at } of traffic) {
    for (let from = at - length + step; from <= at; from += step) {
      windows.set(JSON.stringify([endpoint, version, from]), { endpoint, version, from, to: from + length });
    }
  }
  return [...windows.values()];
}
