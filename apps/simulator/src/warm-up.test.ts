import { expect, it } from 'vitest';
import { toyView } from './toy-source.fixture.ts';
import { reachOf } from './warm-up.ts';

it('reaches back as far as the longest window of the oldest snapshot, and a day further, or as many days as it is told', () => {
  const daily = { every: 1440, offset: 540 };
  const month = {
    kind: 'mean',
    value: 'good',
    event: 'end',
    match: {},
    over: 28 * 1440,
    snapshot: daily,
  } as const;
  expect(reachOf({ ...toyView, features: {} }, true)).toBe(1440);
  expect(reachOf(toyView, true)).toBe(60 + 1440);
  expect(reachOf({ ...toyView, priors: { month } }, true)).toBe((28 + 1 + 1) * 1440);
  expect(reachOf(toyView, 3)).toBe(3 * 1440);
});
