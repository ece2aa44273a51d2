// When a drill's fault begins and ends, and the windows that are judged before, during and after it. All in event time, minutes since
// 1970 UTC. Windows lie on a grid, so everything begins at one's beginning.

import { FlightdeckError } from '@flightdeck/core';
import type { Scenario } from '../kit/simulator.ts';

export interface Timeline {
  readonly windowMinutes: number;
  /** How long labels may take. */
  readonly labelMinutes: number;
  readonly from: number;
  readonly faultFrom: number;
  readonly faultTo: number;
  readonly to: number;
  /** A label that is missing belongs to an answer of earlier: by so much windows before the fault may be hit. */
  readonly reachesBack: number;
}

export const day = 1_440;
/** Event time is told by the latest requests, and a report waits for it: so long after a window's end, in windows, it must be there. */
const margin = 0.25;
/** Of a short window, minutes. */
const leastMargin = 60;

/** Where there is no kit of its own, and windows are those of the default policy. */
export function timelineHere(scenario: Scenario, firstDay: number): Timeline {
  if (isAboutStore(scenario)) throw unsupported(scenario);
  return lay(scenario, firstDay, { windowMinutes: day, labelMinutes: day, faultWindows: 2 });
}

/** As short as the scenario allows. Drift is seen against a whole day of training rows, so its window is a day. */
export function timelineOfOwn(scenario: Scenario, firstDay: number): Timeline {
  const labelMinutes = 360;
  if (isAboutStore(scenario)) throw unsupported(scenario);
  switch (scenario.expects.kind) {
    case 'drift':
      return lay(scenario, firstDay, { windowMinutes: day, labelMinutes, faultWindows: 1 });
    case 'quality':
      return lay(scenario, firstDay + 360, { windowMinutes: 120, labelMinutes, faultWindows: 2 });
    default:
      return lay(scenario, firstDay + 720, { windowMinutes: 60, labelMinutes, faultWindows: 2 });
  }
}

function isAboutStore({ expects: { kind, subject } }: Scenario): boolean {
  return kind === 'defaulted' || (kind === 'service' && subject === 'slow');
}

function unsupported({ name }: Scenario): FlightdeckError {
  return new FlightdeckError(
    'DRILL_UNSUPPORTED',
    `A drill of ${name} needs a damaged link or Redis. Replay it with a plan of your own: docs/simulator.md says how.`,
  );
}

function lay(
  { expects }: Scenario,
  from: number,
  {
    windowMinutes,
    labelMinutes,
    faultWindows,
  }: { windowMinutes: number; labelMinutes: number; faultWindows: number },
): Timeline {
  const isAboutLabels = expects.kind === 'quality';
  const reachesBack = isAboutLabels ? Math.ceil(labelMinutes / windowMinutes) * windowMinutes : 0;
  const faultFrom = from + windowMinutes + reachesBack;
  const faultTo = faultFrom + faultWindows * windowMinutes;
  const due = faultTo + windowMinutes + (isAboutLabels ? labelMinutes : 0);
  const to = due + Math.max(leastMargin, margin * windowMinutes);
  return { windowMinutes, labelMinutes, from, faultFrom, faultTo, to, reachesBack };
}

/** What a drill's own kit declares: windows of the drill's length, alarms that one window raises, a rollout that is decided in minutes. */
export function policyOf({ windowMinutes, labelMinutes }: Timeline): object {
  const isShort = windowMinutes < day;
  return {
    latenessMinutes: 1,
    windows: [
      {
        lengthMinutes: windowMinutes,
        alarms: {
          blockMinutes: isShort ? windowMinutes / 6 : 60,
          minimum: { rows: 200, blocks: 4 },
          persistence: { service: 1, dataQuality: 1, drift: 1, quality: 1 },
          quality: { labelDelayMinutes: labelMinutes },
        },
      },
    ],
    rollout: {
      shadow: { rate: 1, minimumPairs: 200, minimumMinutes: 30, maximumDisagreement: 0.1 },
      canary: [{ share: 0.1, minimumRequests: 500, minimumMinutes: 30 }],
      service: { errorIncrease: 0.02, p99Ratio: 10 },
      timeouts: { holdAfterMinutes: day, haltAfterMinutes: 2 * day },
    },
  };
}

export function iso(minutes: number): string {
  return new Date(minutes * 60_000).toISOString();
}
