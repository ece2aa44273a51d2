import { expect, test } from 'vitest';
import { readJson, writeJson } from './exact-json.ts';

test('64-bit integers keep every digit, out and in', () => {
  const value = { data: [9_223_372_036_854_775_807n, -9_007_199_254_740_993n] };
  expect(writeJson(value)).toBe('{"data":[9223372036854775807,-9007199254740993]}');
  expect(readJson(writeJson(value))).toEqual(value);
});

test('other numbers stay numbers', () => {
  expect(readJson('[1, 1.5, 1e300, -0.25]')).toEqual([1, 1.5, 1e300, -0.25]);
});
