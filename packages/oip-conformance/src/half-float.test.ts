import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bfloatBits, bfloatOfBits, halfBits, halfOfBits } from './half-float.ts';

test.each([
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-1.5, 0xbe00],
  [0.1, 0x2e66],
  [65_504, 0x7bff],
  [65_520, 0x7c00],
  [Number.NEGATIVE_INFINITY, 0xfc00],
  [Number.NaN, 0x7e00],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  // The fraction rounds up to 1,024 and carries into the exponent.
  [2047.9, 0x6800],
])('%f is %i as FP16', (value, bits) => {
  expect(halfBits(value)).toBe(bits);
});

test('every FP16 that is a number comes back from its bits', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffff }), (bits) => {
      const value = halfOfBits(bits);
      fc.pre(!Number.isNaN(value));
      expect(halfBits(value)).toBe(bits);
    }),
  );
});

test('BF16 is the upper half of a 32-bit float', () => {
  expect(bfloatBits(1)).toBe(0x3f80);
  expect(bfloatBits(-2.5)).toBe(0xc020);
  expect(bfloatOfBits(0x3f80)).toBe(1);
  expect(bfloatOfBits(0xc020)).toBe(-2.5);
});
