// Answers whose every value follows from the request's number and the row's place.

import type { LoggedAnswer } from './logged.ts';
import type { LogLayout } from './prediction-tables.ts';

export const layout: LogLayout = {
  endpoint: 'flights',
  model: 'flight-delay',
  version: 3,
  variant: 'champion',
  columns: [
    { name: 'distance', type: 'number' },
    { name: 'origin', type: 'string' },
  ],
};

/** `rows` rows of which row i has the distance `request + i`, an origin `A<i>`, and a score of a thousandth of the distance. */
export function answerOf(request: number, rows: number): LoggedAnswer {
  return {
    layout,
    request,
    requestId: `r-${String(request).padStart(6, '0')}`,
    rows,
    eventTime: 1_000_000 + request,
    at: 2_000_000 + request,
    latencyMs: 1.5,
    unit: null,
    copy(from, to, columns, at) {
      for (let row = from; row < to; row++) {
        columns.distance![at + row - from] = 1000 * (request + row);
        columns.origin![at + row - from] = `A${row}`;
      }
    },
    scores: Float32Array.from({ length: rows }, (_, row) => request + row),
  };
}
