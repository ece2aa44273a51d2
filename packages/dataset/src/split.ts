// The split: by time, once, before anything is fitted. A random split would put flights of the same stormy evening on both sides
// of the border, and a model that has memorised the evening would look as if it had understood flights.

import { FlightdeckError } from '@flightdeck/core';

/** Parts in order of time; each begins at its date (UTC, inclusive) and ends where the next begins. The last entry is only an end. */
export interface TimeSplit {
  readonly train: string;
  readonly validation: string;
  readonly test: string;
  readonly end: string;
}

export type Part = 'train' | 'validation' | 'test';

export interface PartBounds {
  readonly part: Part;
  /** Whole minutes since 1970 UTC: from (inclusive), until (exclusive). */
  readonly from: number;
  readonly until: number;
}

/** The bounds of each part. SPLIT_INVALID when a date cannot be read or they are not in order. */
export function boundsOf(split: TimeSplit): PartBounds[] {
  const borders = (['train', 'validation', 'test', 'end'] as const).map((name) =>
    minutesOf(name, split[name]),
  );
  return (['train', 'validation', 'test'] as const).map((part, index) => {
    const from = borders[index]!;
    const until = borders[index + 1]!;
    if (until <= from) {
      throw new FlightdeckError(
        'SPLIT_INVALID',
        `The split's ${part} part ends before it begins: put its dates in order.`,
      );
    }
    return { part, from, until };
  });
}

/**
 * An SQL condition for the rows of a part. The embargo is the label delay itself: a row of an earlier part whose label became known
 * only after the border is left out, because on the day of the border nobody could have trained on it.
 */
export function partCondition({ part, from, until }: PartBounds): string {
  const inside = `time >= ${from} and time < ${until}`;
  return part === 'test' ? inside : `${inside} and known_at < ${until}`;
}

function minutesOf(name: string, date: string): number {
  const milliseconds = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(milliseconds)) {
    throw new FlightdeckError('SPLIT_INVALID', `The split's ${name} is "${date}": write it as YYYY-MM-DD.`);
  }
  return milliseconds / 60_000;
}
