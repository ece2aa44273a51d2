// What a drill ends with, as JSON and for people.

import { duration, moment } from '../figures.ts';
import type { ReplaySummary, Scenario } from '../kit/simulator.ts';
import { renderFacts } from '../table.ts';
import type { Colours } from '../terminal.ts';

/** Something that was waited for, and came. */
export interface Sighting {
  /** Event time, ISO 8601. */
  readonly at: string;
  /** Event time since the fault began (of a recovery: since it ended), and real time since then. */
  readonly afterMinutes: number;
  readonly afterSeconds: number;
  readonly message: string;
}

export interface DrillOutcome {
  readonly scenario: string;
  readonly what: string;
  readonly model: string;
  /** Of a report's items, or `rollout:` and the model. */
  readonly expects: string;
  /** Alarms of the same item before the fault: there should be none. */
  readonly falseAlarms: number;
  readonly detected: Sighting | null;
  readonly recovered: Sighting | null;
  readonly passed: boolean;
  readonly fault: { readonly from: string; readonly to: string };
  readonly replay: ReplaySummary;
}

/** `service:failed`, `missing:distance`, `rollout:flight-delay`. */
export function itemOf({ expects }: Scenario): string {
  return `${expects.kind}:${expects.subject}`;
}

export function describeOutcome(outcome: DrillOutcome, { bold, green, red }: Colours): string {
  const { scenario, what, expects, falseAlarms, detected, recovered, passed, fault, replay } = outcome;
  return [
    (passed ? green : red)(bold(`${scenario}: ${passed ? 'passed' : 'failed'}`)),
    renderFacts([
      ['Fault', `${what}\n${moment(fault.from)} to ${moment(fault.to)} (event time)`],
      [
        'Alarm',
        `${expects}${falseAlarms > 0 ? `, which was raised ${falseAlarms} times before the fault` : ''}`,
      ],
      ['Detected', sightingText(detected)],
      ['Recovered', sightingText(recovered)],
      ['Replayed', `${replay.total.predicted} predictions in ${duration(replay.seconds)}`],
    ]),
  ].join('\n');
}

function sightingText(sighting: Sighting | null): string {
  if (sighting === null) return 'no';
  const { afterMinutes, afterSeconds, message } = sighting;
  return `after ${Math.round(afterMinutes)} min of event time, ${duration(afterSeconds)} of real time\n${message}`;
}
