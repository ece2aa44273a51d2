import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesOf, type Fault, latestLabelDelay, type TimedFault } from './faults.ts';
import type { Label, Prediction } from './schedule.ts';

const during = (fault: Fault): TimedFault => ({ name: fault.kind, from: 100, to: 200, fault });

const prediction = (row: number, at: number): Prediction => ({
  row,
  at,
  offsetMs: 0,
  unit: `toy-${row}`,
  instance: { size: row, place: 'here' },
});
const label = (row: number, at: number): Label => ({ row, rowTime: at - 10, at, knownAt: at, label: 1 });

const instanceAfter = (fault: Fault, row = 4, at = 150) =>
  changesOf([during(fault)], 1).prediction(prediction(row, at)).instance;
const labelAfter = (fault: Fault, row = 4, at = 150) => changesOf([during(fault)], 1).label(label(row, at));

const everyFault: Fault[] = [
  { kind: 'rename', field: 'size', to: 'size_v2' },
  { kind: 'omit', field: 'size' },
  { kind: 'nulls', field: 'size', share: 1 },
  { kind: 'freeze', field: 'size', value: 7 },
  { kind: 'scale', field: 'size', factor: 2, minimum: 0, maximum: 10 },
  { kind: 'late-labels', minutes: 30 },
  { kind: 'missing-labels', share: 1 },
  { kind: 'flipped-labels' },
  { kind: 'pause-redis' },
];

describe('a fault', () => {
  it.each(everyFault)('of kind $kind changes nothing outside its time', (fault) => {
    const { prediction: changed, label: relabelled } = changesOf([during(fault)], 1);
    for (const at of [99, 200]) {
      expect(changed(prediction(4, at))).toEqual(prediction(4, at));
      expect(relabelled(label(4, at))).toEqual(label(4, at));
    }
  });

  it.each(everyFault)('of kind $kind leaves what it was given as it was', (fault) => {
    const changes = changesOf([during(fault)], 1);
    const given = [Object.freeze(prediction(4, 150)), Object.freeze(label(4, 150))] as const;
    Object.freeze(given[0].instance);
    changes.prediction(given[0]);
    changes.label(given[1]);
    expect(given).toEqual([prediction(4, 150), label(4, 150)]);
  });

  it('renames, omits, empties, freezes and scales a field, and no other', () => {
    expect(instanceAfter(everyFault[0]!)).toEqual({ size_v2: 4, place: 'here' });
    expect(instanceAfter(everyFault[1]!)).toEqual({ place: 'here' });
    expect(instanceAfter(everyFault[2]!)).toEqual({ size: null, place: 'here' });
    expect(instanceAfter(everyFault[3]!)).toEqual({ size: 7, place: 'here' });
    expect(instanceAfter(everyFault[4]!)).toEqual({ size: 8, place: 'here' });
  });

  it('scales within what serving accepts, and what is no number not at all', () => {
    expect(instanceAfter(everyFault[4]!, 9)).toMatchObject({ size: 10 });
    expect(
      instanceAfter({ kind: 'scale', field: 'place', factor: 2, minimum: 0, maximum: 10 }),
    ).toMatchObject({ place: 'here' });
  });

  it('delays a label, keeps one back, and turns one round', () => {
    expect(labelAfter(everyFault[5]!)).toMatchObject({ at: 180, knownAt: 150, label: 1 });
    expect(labelAfter(everyFault[6]!)).toMatchObject({ at: 150, label: null });
    expect(labelAfter(everyFault[7]!)).toMatchObject({ label: 0 });
  });

  it('hits the share of the rows that it says, and the same ones again', () => {
    const fault: Fault = { kind: 'nulls', field: 'size', share: 0.4 };
    const hit = Array.from({ length: 5000 }, (_, row) => instanceAfter(fault, row).size === null);
    expect(hit.filter(Boolean).length / hit.length).toBeCloseTo(0.4, 1);
    expect(Array.from({ length: 5000 }, (_, row) => instanceAfter(fault, row).size === null)).toEqual(hit);
  });

  it('hits rows of its own: two at once do not share their victims', () => {
    const half = (name: string): TimedFault => ({ ...during({ kind: 'missing-labels', share: 0.5 }), name });
    const missed = (name: string, row: number) => changesOf([half(name)], 1).label(label(row, 150)).label;
    const both = Array.from({ length: 2000 }, (_, row) => missed('a', row) === missed('b', row));
    expect(both.filter(Boolean).length / both.length).toBeCloseTo(0.5, 1);
  });
});

it('faults at the same time add up, and no label is later than they say', () => {
  const arbitrary = fc.array(fc.constantFrom(...everyFault.map(during)), { maxLength: 6 });
  const property = fc.property(arbitrary, fc.integer({ min: 90, max: 210 }), (faults, at) => {
    const changed = changesOf(faults, 1).label(label(3, at));
    expect(changed.at).toBeGreaterThanOrEqual(at);
    expect(changed.at).toBeLessThanOrEqual(at + latestLabelDelay(faults));
  });
  fc.assert(property, { seed: 2 });
});
