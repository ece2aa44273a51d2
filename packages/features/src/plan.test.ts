import { describe, expect, it } from 'vitest';
import { type FeatureView, featureVersion } from './definition.ts';
import { planOf } from './plan.ts';

const base: FeatureView = {
  name: 'test',
  entities: {},
  derived: { late: { kind: 'exceeds', column: 'delay', threshold: 15 } },
  events: { departure: { at: 'time', values: [] }, landing: { at: 'landed_at', values: ['late'] } },
  priors: {},
  features: {},
  label: 'late',
};
const late = {
  kind: 'mean',
  event: 'landing',
  value: 'late',
  match: { origin: 'origin' },
  over: 60,
  description: '',
} as const;
const withFeature = (feature: FeatureView['features'][string]): FeatureView => ({
  ...base,
  features: { broken: feature },
});

describe('a plan refuses', () => {
  it.each([
    [
      'an event that is not declared',
      { ...late, event: 'arrival' },
      /no event "arrival". Declared are departure, landing/,
    ],
    [
      'a value that the event does not make known',
      { ...late, event: 'departure' },
      /departure does not make "late" known, only nothing/,
    ],
    ['a window without length', { ...late, over: 0 }, /longer than 0 minutes/],
    [
      'a window that its snapshots do not fit',
      { ...late, over: 90, snapshot: { every: 60, offset: 0 } },
      /no multiple of its snapshot/,
    ],
    [
      'smoothing towards a prior that is not declared',
      { ...late, smoothing: { towards: 'p', weight: 5 } },
      /no prior "p"/,
    ],
  ])('%s, and names the feature', (_, feature, message) => {
    expect(() => planOf(withFeature(feature))).toThrow(message);
    expect(() => planOf(withFeature(feature))).toThrow(/Feature broken of test/);
  });
});

describe('a plan', () => {
  const view: FeatureView = {
    ...base,
    features: {
      hour: late,
      day: { ...late, over: 1440 },
      seen_from_destination: { ...late, match: { origin: 'destination' } },
      nightly: { ...late, over: 1440, snapshot: { every: 1440, offset: 540 } },
      flying: {
        kind: 'open',
        opens: 'departure',
        closes: 'landing',
        match: { origin: 'origin' },
        description: '',
      },
    },
  };

  it('keeps one stream for all windows and all ways to match it, and another for its snapshots', () => {
    expect(planOf(view).streams.map(({ name }) => name)).toEqual([
      'landing_by_origin',
      'landing_by_origin_every_1440_540',
      'departure_by_origin',
    ]);
  });

  it('looks a stream up once for each way to match it, at all its windows', () => {
    const lookups = planOf(view).lookups.map(({ name, ages }) => [name, ages]);
    expect(lookups).toEqual([
      ['landing_by_origin_of_origin', [60, 1440]],
      ['landing_by_origin_of_destination', [60]],
      ['landing_by_origin_every_1440_540_of_origin', [1440]],
      ['departure_by_origin_of_origin', []],
    ]);
  });

  it('has a version that changes with any declaration', () => {
    const altered = { ...view, features: { ...view.features, hour: { ...late, over: 61 } } };
    expect(featureVersion(view)).toBe(featureVersion(structuredClone(view)));
    expect(featureVersion(altered)).not.toBe(featureVersion(view));
  });
});
