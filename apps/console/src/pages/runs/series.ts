// A run's points, by series.

import type { MetricPoint } from '@flightdeck/admin-api';

export interface RunSeries {
  readonly name: string;
  /** Step and value, by step. */
  readonly points: readonly (readonly [number, number])[];
}

/** In the order in which the names come; the controller sorts by name and step. */
export function seriesOf(points: readonly MetricPoint[]): readonly RunSeries[] {
  const byName = Map.groupBy(points, ({ name }) => name);
  return [...byName].map(([name, own]) => ({ name, points: own.map(({ step, value }) => [step, value]) }));
}
