import { expect, test } from 'vitest';
import { nearestName } from './nearest-name.ts';

const known = ['distance', 'origin', 'destination', 'minute_of_day'];

test('a name that is nothing like the known ones gets no suggestion', () => {
  expect(nearestName('altitude_in_feet', known)).toBeUndefined();
  expect(nearestName('', known)).toBeUndefined();
  expect(nearestName('distance', [])).toBeUndefined();
});

test('a misspelt name gets the closest one, whatever its case', () => {
  expect(nearestName('distanse', known)).toBe('distance');
  expect(nearestName('Origin', known)).toBe('origin');
  expect(nearestName('desination', known)).toBe('destination');
  expect(nearestName('minuteOfDay', known)).toBe('minute_of_day');
});

test('a name as long as a whole body is not compared at all', () => {
  expect(nearestName('d'.repeat(1_000_000), ['d'.repeat(1_000_000)])).toBeUndefined();
});
