// The rows that the formats are compared on: two airports and 21 numbers, half of them whole, half of them without any pattern that
// compression could find.

import { seededRandom } from '@flightdeck/core';
import type { FeatureColumns, LoggedAnswer } from '@flightdeck/monitoring';

export const layout: LoggedAnswer['layout'] = {
  endpoint: 'flight-delay',
  model: 'flight-delay',
  version: 3,
  variant: 'champion',
  columns: [
    { name: 'origin', type: 'string' },
    { name: 'destination', type: 'string' },
    ...Array.from({ length: 21 }, (_, index) => ({ name: `number_${index}`, type: 'number' }) as const),
  ],
};

export interface Rows {
  readonly columns: FeatureColumns;
  readonly scores: Float32Array;
  /** What a request brings whose rows begin with row `first`: read into memory, as serving has read a body. */
  request(first: number, rows: number): Pick<LoggedAnswer, 'rows' | 'copy' | 'scores'>;
}

export function randomRows(count: number): Rows {
  const random = seededRandom(1);
  const airports = Array.from({ length: 229 }, (_, index) => `A${index.toString(36).padStart(2, '0')}`);
  const columnOf = (type: 'number' | 'string', index: number) => {
    if (type === 'string')
      return Array.from({ length: count }, () => airports[random.integer(airports.length)]!);
    const value = () => (index % 2 === 0 ? random.integer(100) : 180 * random.uniform() - 30);
    return Float32Array.from({ length: count }, value);
  };
  const columns: FeatureColumns = Object.fromEntries(
    layout.columns.map(({ name, type }, index) => [name, columnOf(type, index)]),
  );
  const ordered = Object.values(columns);
  const scores = Float32Array.from({ length: count }, () => random.uniform());
  return {
    columns,
    scores,
    request(first, rows) {
      const values = Array.from({ length: rows }, (_, row) => ordered.map((column) => column[first + row]!));
      const copy: LoggedAnswer['copy'] = (from, to, target, at) => {
        for (let column = 0; column < layout.columns.length; column++) {
          const data = target[layout.columns[column]!.name] as (number | string)[];
          for (let row = from; row < to; row++) data[at + row - from] = values[row]![column]!;
        }
      };
      return { rows, copy, scores: scores.subarray(first, first + rows) };
    },
  };
}

export function requestIdOf(request: number): string {
  return `5f0c3a3e-7c1d-4b6e-9a53-${request.toString(16).padStart(12, '0')}`;
}
