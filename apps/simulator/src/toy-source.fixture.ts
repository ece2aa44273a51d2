// A small recording in memory: rows with a begin, an end and a label, as the flagship's have.

import fc from 'fast-check';
import type { FeatureView } from './known-columns.ts';
import type { ReplayRow, ReplaySource } from './replay-source.ts';

export interface ToyRow {
  readonly time: number;
  /** Minutes until its end. */
  readonly takes: number;
  /** Minutes from its end until the label is known. */
  readonly waits: number;
  readonly size?: number;
}

export function toySource(rows: readonly ToyRow[]): ReplaySource {
  const replayed = rows.map(toReplayRow).sort((a, b) => a.time - b.time || a.id - b.id);
  return {
    version: 'toy',
    async *rows({ rowsFrom, startAt, to, slack }) {
      for (const row of replayed) {
        const latest = Math.max(row.knownAt, ...row.events.map((event) => event.at));
        if (row.time >= rowsFrom && row.time < to && latest + slack >= startAt) yield row;
      }
    },
  };
}

function toReplayRow({ time, takes, waits, size = 1 }: ToyRow, id: number): ReplayRow {
  const event = (type: string, at: number, columns: ReplayRow['instance']) => ({
    type,
    id: `toy-${id}-${type}`,
    at,
    columns,
  });
  return {
    id,
    unit: `toy-${id}`,
    time,
    instance: { size, place: id % 2 === 0 ? 'here' : 'there' },
    events: [event('begin', time, { size }), event('end', time + takes, { size, outcome: id % 3 })],
    label: id % 3 === 0 ? 1 : 0,
    knownAt: time + takes + waits,
  };
}

/** Rows within `minutes` after `from`. */
export function toyRows(from: number, minutes: number): fc.Arbitrary<ToyRow[]> {
  const row = fc.record({
    time: fc.integer({ min: from, max: from + minutes - 1 }),
    takes: fc.integer({ min: 1, max: 90 }),
    waits: fc.integer({ min: 0, max: 60 }),
  });
  return fc.array(row, { minLength: 1, maxLength: 60 });
}

/** A row a minute. */
export function steadyRows(from: number, count: number): ToyRow[] {
  return Array.from({ length: count }, (_, index) => ({ time: from + index, takes: 3, waits: 2 }));
}

export const toyView: FeatureView = {
  name: 'toy',
  entities: { place: ['place'] },
  derived: {
    good: { kind: 'exceeds', column: 'outcome', threshold: 0.5 },
    half: { kind: 'bucket', column: 'size', size: 2 },
  },
  events: { begin: { at: 'time', values: [] }, end: { at: 'ended_at', values: ['good'] } },
  priors: {},
  features: {
    size: { kind: 'number', column: 'size', description: 'Size', minimum: 0, maximum: 10 },
    kind: { kind: 'category', column: 'place', description: 'Place' },
    good_1h: {
      kind: 'mean',
      event: 'end',
      value: 'good',
      match: { place: 'place' },
      over: 60,
      description: 'Good ends of the last hour',
    },
  },
  label: 'good',
};
