// How the prediction log does: what it took, and what it had to leave because the disk was full or slow.

import type { Family } from './family.ts';

export interface LogState {
  /** Rows since the start. Those that were taken and could not be written are in both. */
  readonly appended: number;
  readonly dropped: number;
}

export function logCounters(state: LogState | null): readonly Family[] {
  if (state === null) return [];
  return [
    {
      name: 'flightdeck_prediction_log_rows_total',
      help: 'Rows that the prediction log was given, by what became of them; dropped ones are in appended too where the disk refused them.',
      type: 'counter',
      aggregator: 'sum',
      values: [
        { labels: { result: 'appended' }, value: state.appended },
        { labels: { result: 'dropped' }, value: state.dropped },
      ],
    },
  ];
}
