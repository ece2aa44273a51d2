import { listModelNames, loadModel } from '@flightdeck/training/catalogue';
import { describe, expect, it } from 'vitest';
import { knownColumns } from './known-columns.ts';
import { toyView } from './toy-source.fixture.ts';

describe('known columns', () => {
  it('cannot be told where the label is worked out in another way', () => {
    expect(() => knownColumns({ ...toyView, label: 'half' })).toThrow(
      /toy cannot be replayed: the label half.*exceeds/,
    );
    expect(() => knownColumns({ ...toyView, label: 'outcome' })).toThrow(/the label outcome/);
  });

  it('cannot be told where a feature is no column of the dataset', () => {
    const half = { kind: 'number', column: 'half', description: 'Half of the size' } as const;
    const view = { ...toyView, features: { ...toyView.features, half } };
    expect(() => knownColumns(view)).toThrow(/the feature half is worked out from half/);
  });

  it('are none of events where the model looks nothing up: nobody would take them', () => {
    const { size } = toyView.features;
    expect(knownColumns({ ...toyView, features: { size: size! } }).events).toEqual({});
  });

  it('are, for a caller, the fields of the model and what its aggregates are looked up by', () => {
    // `kind` is the model's name for the column `place`; aggregates are looked up by the column.
    expect(knownColumns(toyView).instance).toEqual({ size: 'size', kind: 'place', place: 'place' });
  });

  it('are, for an event, what was known before and what the event makes known', () => {
    const { events, label } = knownColumns(toyView);
    expect(events.begin).toEqual(['place', 'size']);
    expect(events.end).toEqual(['place', 'size', 'outcome']);
    expect(label).toEqual({ column: 'outcome', threshold: 0.5 });
  });

  it('do not forget that a column of the row was known all along, where an event tells more about it', () => {
    const size = { at: 'time', values: ['half'] };
    const { events } = knownColumns({ ...toyView, events: { ...toyView.events, weighing: size } });
    expect(events.begin).toEqual(['place', 'size']);
  });

  it('are also those that say where on a cycle a row and an event are', () => {
    const late = { kind: 'difference', column: 'minute', less: 'outcome' } as const;
    const near = { theirs: 'late', own: 'minute', period: 10, from: 0, to: 3 };
    const expected = { event: 'end', over: 60, snapshot: { every: 60, offset: 0 }, ...near };
    const seen = { event: 'begin', over: 60 };
    const { instance, events } = knownColumns({
      ...toyView,
      derived: { ...toyView.derived, late },
      events: { ...toyView.events, end: { at: 'ended_at', values: ['good'], positions: ['late'] } },
      features: {
        ...toyView.features,
        missing: { kind: 'deficit', match: {}, expected, seen, description: '' },
      },
    });
    expect(instance).toMatchObject({ minute: 'minute' });
    expect(events.end).toEqual(expect.arrayContaining(['minute', 'outcome']));
    expect(events.begin).not.toContain('outcome');
  });

  it('follow a rule that is worked out from another rule', () => {
    const derived = {
      ...toyView.derived,
      better: { kind: 'exceeds', column: 'half', threshold: 1 },
    } as const;
    const view = { ...toyView, derived, events: { end: { at: 'ended_at', values: ['good', 'better'] } } };
    expect(knownColumns(view).events.end).toEqual(['place', 'size', 'outcome']);
  });

  it.each(listModelNames())('of %s keep the outcome from callers and from earlier events', async (name) => {
    const { features } = await loadModel(name);
    const { instance, events, label } = knownColumns(features);
    expect(Object.values(instance)).not.toContain(label.column);
    for (const [type, { values }] of Object.entries(features.events)) {
      const tells = values.includes(features.label);
      expect(events[type]!.includes(label.column), type).toBe(tells);
    }
  });
});
