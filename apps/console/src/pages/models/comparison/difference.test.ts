import fc from 'fast-check';
import { expect, it } from 'vitest';
import { difference, favours } from './difference.ts';

const about = (value: number, width: number) => ({ value, low: value - width, high: value + width });

it('speaks for neither where the interval holds no difference, or the metric is not known', () => {
  expect(favours('rocAuc', difference(about(0.91, 0.01), about(0.9, 0.01)))).toBe('unclear');
  expect(favours('speed', difference(about(2, 0.1), about(1, 0.1)))).toBe('unknown');
});

it.each([
  ['rocAuc', 0.95, 0.9, 'a'],
  ['rocAuc', 0.9, 0.95, 'b'],
  ['logLoss', 0.2, 0.3, 'a'],
  ['logLoss', 0.3, 0.2, 'b'],
])('knows which way of %s is better: %d against %d speaks for %s', (metric, a, b, side) => {
  expect(favours(metric, difference(about(a, 0.01), about(b, 0.01)))).toBe(side);
});

it('is the classic interval where both are symmetric', () => {
  const { value, low, high } = difference(about(0.9, 0.03), about(0.8, 0.04));
  expect([value, low, high].map((x) => Number(x.toFixed(6)))).toEqual([0.1, 0.05, 0.15]);
});

it('turned round, it is the same difference', () => {
  const interval = fc
    .tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map((numbers) => {
      const [low, value, high] = numbers.toSorted((a, b) => a - b) as [number, number, number];
      return { low, value, high };
    });
  fc.assert(
    fc.property(interval, interval, (a, b) => {
      const [there, back] = [difference(a, b), difference(b, a)];
      expect(there.low).toBeCloseTo(-back.high, 12);
      expect(there.high).toBeCloseTo(-back.low, 12);
    }),
  );
});
