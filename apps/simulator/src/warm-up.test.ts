import { expect, it } from 'vitest';
import { toyView } from './toy-source.fixture.ts';
import { reachOf } from './warm-up.ts';

it('reaches back as far as the longest window of the oldest snapshot, and a day further', () => {
  const daily = { every: 1440, offset: 540 };
  const month = {
    kind: 'mean',
    value: 'good',
    event: 'end',
    match: {},
    over: 28 * 1440,
    snapshot: daily,
  } as const;
  expect(reachOf({ ...toyView, features: {} })).toBe(1440);
  expect(reachOf(toyView)).toBe(60 + 1440);
  expect(reachOf({ ...toyView, priors: { month } })).toBe((28 + 1 + 1) * 1440);
  const due = { theirs: 'half', own: 'half', period: 10, from: 0, to: 3 };
  const missing = {
    kind: 'deficit',
    match: {},
    expected: { event: 'end', over: 14 * 1440, snapshot: daily, ...due },
    seen: { event: 'begin', over: 60 },
    description: '',
  } as const;
  expect(reachOf({ ...toyView, features: { missing } })).toBe((14 + 1 + 1) * 1440);
});
