// When a drill's fault begins and ends, and the windows that are judged before, during and after it. All in event time, minutes since
// 1970 UTC. Windows lie on a grid, so everything begins at one's beginning.

import { FlightdeckError } from '@flightdeck/core';
import type { Scenario } from '../kit/simulator.ts';

export interface Timeline {
  readonly windowMinutes: number;
  /** How long labels may take. */
  readonly labelMinutes: number;
  /** The replay's beginning, and that of the first window that is judged. */
  readonly from: number;
  readonly judgedFrom: number;
  readonly faultFrom: number;
  readonly faultTo: number;
  readonly to: number;
  /** A label that is missing belongs to an answer of earlier: by so much windows before the fault may be hit. */
  readonly reachesBack: number;
  /** How long a window takes at least, in real time: the controller has to see it end before the next one has. */
  readonly secondsPerWindow: number;
  /** Event time that an answer may take to be in the log. */
  readonly latenessMinutes: number;
}

/** What a kit has to be like. Drills of one kind of kit can be had from one, one after the other. */
export type DrillKind = 'rows' | 'days' | 'labels' | 'store';

export const day = 1_440;
/** Event time is told by the latest requests, and a report waits for it: so long after a window's end, in windows, it must be there. */
const margin = 0.25;
/** Of a short window, minutes. */
const leastMargin = 60;

/** Where there is no kit of its own, and windows are those of the default policy. */
export function timelineHere(scenario: Scenario, firstDay: number): Timeline {
  if (kindOf(scenario) === 'store') throw unsupported(scenario);
  return lay(scenario, firstDay, { windowMinutes: day, labelMinutes: day, faultWindows: 2 });
}

export function kindOf({ expects: { kind, subject } }: Scenario): DrillKind {
  if (kind === 'defaulted' || (kind === 'service' && subject === 'slow')) return 'store';
  if (kind === 'drift') return 'days';
  return kind === 'quality' ? 'labels' : 'rows';
}

/** As short as the scenario allows. Drift is seen against a whole day of training rows, so its window is a day. */
export function timelineOfOwn(scenario: Scenario, firstDay: number): Timeline {
  const labelMinutes = 360;
  switch (kindOf(scenario)) {
    case 'days':
      return lay(scenario, firstDay, { windowMinutes: day, labelMinutes, faultWindows: 1 });
    case 'labels':
      return lay(scenario, firstDay + 360, { windowMinutes: 120, labelMinutes, faultWindows: 2 });
    case 'rows':
      return lay(scenario, firstDay + 720, { windowMinutes: 60, labelMinutes, faultWindows: 2 });
    case 'store': {
      const laid = lay(scenario, firstDay + 720, { windowMinutes: 60, labelMinutes, faultWindows: 2 });
      return { ...laid, from: laid.from - 60, ...slowTime };
    }
  }
}

/**
 * What hangs and comes back takes its seconds, whatever the event time: connections time out after one and are tried again each second.
 * So windows are longer, an answer may come late, and in the hour before the first window serving finds the replay's proxy.
 */
const slowTime = { secondsPerWindow: 10, latenessMinutes: 15 };

function unsupported({ name }: Scenario): FlightdeckError {
  return new FlightdeckError(
    'DRILL_UNSUPPORTED',
    `A drill of ${name} damages the link to the feature store, or its Redis, which only a kit of the drill's own has. Leave out --here.`,
  );
}

function lay(
  scenario: Scenario,
  from: number,
  {
    windowMinutes,
    labelMinutes,
    faultWindows,
  }: { windowMinutes: number; labelMinutes: number; faultWindows: number },
): Timeline {
  const isAboutLabels = kindOf(scenario) === 'labels';
  const reachesBack = isAboutLabels ? Math.ceil(labelMinutes / windowMinutes) * windowMinutes : 0;
  const faultFrom = from + windowMinutes + reachesBack;
  const faultTo = faultFrom + faultWindows * windowMinutes;
  const due = faultTo + windowMinutes + (isAboutLabels ? labelMinutes : 0);
  // A store that was away is back a moment later: the windows after the fault may still be hit, and then one is not.
  const backAfter = kindOf(scenario) === 'store' ? 2 * windowMinutes : 0;
  const to = due + backAfter + Math.max(leastMargin, margin * windowMinutes);
  const pace = { secondsPerWindow: 3, latenessMinutes: 1 };
  return {
    windowMinutes,
    labelMinutes,
    from,
    judgedFrom: from,
    faultFrom,
    faultTo,
    to,
    reachesBack,
    ...pace,
  };
}

/**
 * What a drill's own kit declares: windows of the drill's length, alarms that one window raises, drift by the margin of a week, a rollout that
 * is decided in minutes. Only the scenario's own item is judged, so the weather of a day cannot raise a false alarm here.
 */
export function policyOf({ windowMinutes, labelMinutes, latenessMinutes }: Timeline): object {
  const isShort = windowMinutes < day;
  return {
    latenessMinutes,
    windows: [
      {
        lengthMinutes: windowMinutes,
        alarms: {
          blockMinutes: isShort ? windowMinutes / 6 : 60,
          minimum: { rows: 200, blocks: 4 },
          persistence: { service: 1, dataQuality: 1, drift: 1, quality: 1 },
          // On a busy machine some answers are slow without a fault, which slows all of them.
          service: { slow: 0.5 },
          drift: { stabilityIndex: 0.2 },
          // Two hours of flights rank worse than promised by 0.1 now and then; flipped labels cost 0.3 and more.
          quality: { labelDelayMinutes: labelMinutes, rocAuc: 0.2 },
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
