import { manualClock } from '@flightdeck/core';
import { expect, test } from 'vitest';
import { crashPolicy } from './crash-policy.ts';

function pauses(workers: number, crashes: number, everyMs: number): (number | null)[] {
  const clock = manualClock();
  const policy = crashPolicy(workers, clock);
  return Array.from({ length: crashes }, () => {
    clock.advance(everyMs);
    return policy.crashed();
  });
}

test('each crash within a minute doubles the pause, and the sixth is one too many', () => {
  expect(pauses(2, 6, 100)).toEqual([100, 200, 400, 800, 1600, null]);
});

test('crashes that are a minute apart are each the first', () => {
  expect(pauses(2, 10, 60_000)).toEqual(Array(10).fill(100));
});

test('one crash every quarter of a minute is borne for ever', () => {
  expect(pauses(2, 100, 15_000)).not.toContain(null);
});

test('a machine with many workers may lose twice as many, and no pause is longer than five seconds', () => {
  const all = pauses(8, 17, 10);
  expect(all.slice(0, 16)).not.toContain(null);
  expect(Math.max(...all.map(Number))).toBe(5000);
  expect(all[16]).toBeNull();
});
