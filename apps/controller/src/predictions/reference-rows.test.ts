import { seededRandom } from '@flightdeck/core';
import { expect, it } from 'vitest';
import { referenceRows } from './reference-rows.ts';

it('draws values that were there, as often as they were, missing ones too', () => {
  const draw = referenceRows(['weekday', 'origin', 'unheard'], {
    weekday: {
      kind: 'number',
      missing: 100,
      mean: 1.5,
      deviation: 0.5,
      edges: [1, 2],
      counts: [0, 200, 100],
    },
    origin: { kind: 'category', missing: 0, counts: { ATL: 3, ORD: 1 } },
  });
  const random = seededRandom(3);
  const rows = Array.from({ length: 4_000 }, () => draw(random));
  const share = (name: string, value: unknown) => rows.filter((row) => row[name] === value).length / 4_000;
  expect(share('weekday', 1)).toBeCloseTo(0.5, 1);
  expect(share('weekday', 2)).toBeCloseTo(0.25, 1);
  expect(share('weekday', null)).toBeCloseTo(0.25, 1);
  expect(share('origin', 'ATL')).toBeCloseTo(0.75, 1);
  expect(share('unheard', null)).toBe(1);
});
