import { describe, expect, it } from 'vitest';
import { type FeatureView, featureVersion } from './definition.ts';
import { planOf } from './plan.ts';

const base: FeatureView = {
  name: 'test',
  entities: {},
  derived: { late: { kind: 'exceeds', column: 'delay', threshold: 15 } },
  events: {
    departure: { at: 'time', values: [] },
    landing: { at: 'landed_at', values: ['late'], positions: ['due'] },
  },
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
const nightly = { every: 1440, offset: 540 };
const due = { theirs: 'due', own: 'minute_of_day', period: 1440, from: 0, to: 59 };
const near = {
  kind: 'near',
  event: 'landing',
  match: { origin: 'origin' },
  over: 2880,
  snapshot: nightly,
  ...due,
  description: '',
} as const;
const deficit = {
  kind: 'deficit',
  match: { origin: 'origin' },
  expected: { event: 'landing', over: 2880, snapshot: nightly, ...due },
  seen: { event: 'departure', over: 60 },
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
    [
      'an event by a position that it does not make known',
      { ...near, event: 'departure' },
      /departure has no position "due", only none/,
    ],
    ['a mean of near events by a value they lack', { ...near, value: 'due' }, /"due" known, only late/],
    ['nearness that goes once around', { ...near, from: 0, to: 1440 }, /no part of a cycle of 1440/],
    ['nearness that ends before it begins', { ...near, from: 60 }, /\[60, 59\] is no part of a cycle/],
    ['nearness in fractions', { ...near, from: 0.5 }, /whole numbers/],
    [
      'a deficit whose expectation its snapshots do not fit',
      { ...deficit, expected: { ...deficit.expected, over: 2000 } },
      /2000 minutes is no multiple/,
    ],
    [
      'a deficit that sees an undeclared event',
      { ...deficit, seen: { event: 'take-off', over: 60 } },
      /no event "take-off"/,
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

  it('keeps one profile for all that looks at the same events, and works out once what several need', () => {
    const { profiles, lookups } = planOf({
      ...base,
      features: {
        around: near,
        share_late: { ...near, value: 'late' },
        missing: deficit,
        elsewhere: { ...near, match: { origin: 'destination' } },
        longer_ago: { ...near, over: 4320, from: -30 },
      },
    });
    const found = profiles.map(({ name, columns, tallies }) => [
      name,
      columns,
      tallies.map((tally) => tally.name),
    ]);
    expect(found).toEqual([
      [
        'landing_by_origin_every_1440_540_of_origin_back_2880',
        ['due', 'late'],
        ['n_due_near_minute_of_day_0_59_of_1440', 'late_due_near_minute_of_day_0_59_of_1440'],
      ],
      [
        'landing_by_origin_every_1440_540_of_destination_back_2880',
        ['due'],
        ['n_due_near_minute_of_day_0_59_of_1440'],
      ],
      [
        'landing_by_origin_every_1440_540_of_origin_back_4320',
        ['due'],
        ['n_due_near_minute_of_day_-30_59_of_1440'],
      ],
    ]);
    expect(lookups.map(({ name, ages }) => [name, ages])).toEqual([['departure_by_origin_of_origin', [60]]]);
  });

  it('has a version that changes with any declaration', () => {
    const altered = { ...view, features: { ...view.features, hour: { ...late, over: 61 } } };
    expect(featureVersion(view)).toBe(featureVersion(structuredClone(view)));
    expect(featureVersion(altered)).not.toBe(featureVersion(view));
  });
});
