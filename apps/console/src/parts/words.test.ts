import { expect, it } from 'vitest';
import { bytes, counted, describeAge, describeDuration, describeTime, percent } from './words.ts';

it('says a time in UTC, wherever the reader is', () => {
  expect(describeTime(new Date('2001-05-14T09:30:00Z'))).toBe('14 May 2001, 09:30');
});

it.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_000, '1 s'],
  [119_000, '119 s'],
  [120_000, '2 min'],
  [7_199_000, '120 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 days'],
])('says %i ms as %s', (milliseconds, said) => {
  expect(describeDuration(milliseconds)).toBe(said);
});

it('says what has just been as such', () => {
  expect([describeAge(-5), describeAge(999), describeAge(5_000)]).toEqual([
    'just now',
    'just now',
    '5 s ago',
  ]);
});

it('says how many of something there are', () => {
  expect([0, 1, 1_307].map((n) => counted(n, 'check'))).toEqual(['0 checks', '1 check', '1,307 checks']);
});

it('says shares and sizes with their unit', () => {
  expect([percent(0.1234), percent(1, 0)]).toEqual(['12.3 %', '100 %']);
  expect([bytes(0), bytes(999), bytes(1_000), bytes(2_340_000), bytes(5e12)]).toEqual([
    ...['0 B', '999 B', '1.0 kB', '2.3 MB', '5000.0 GB'],
  ]);
});
