import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latencyHistogram } from './latency-histogram.ts';

describe('a latency histogram', () => {
  it('of nothing says 0', () => {
    const { quantile, max } = latencyHistogram();
    expect([quantile(0.5), max]).toEqual([0, 0]);
  });

  it('takes what is shorter or longer than it can tell', () => {
    const histogram = latencyHistogram();
    for (const ms of [0, -1, 1e9]) histogram.add(ms);
    expect(histogram.quantile(0.5)).toBeLessThanOrEqual(0.001);
    expect(histogram.max).toBe(1e9);
  });

  it('is right to 1 %, and never below the truth', () => {
    const latencies = fc.array(fc.double({ min: 0.01, max: 60_000, noNaN: true }), { minLength: 1 });
    const property = fc.property(latencies, fc.double({ min: 0.01, max: 1, noNaN: true }), (all, share) => {
      const histogram = latencyHistogram();
      for (const ms of all) histogram.add(ms);
      const exact = all.sort((a, b) => a - b)[Math.max(0, Math.ceil(share * all.length - 1e-9) - 1)]!;
      expect(histogram.quantile(share)).toBeGreaterThanOrEqual(exact * 0.9999);
      expect(histogram.quantile(share)).toBeLessThanOrEqual(exact * 1.0101);
    });
    fc.assert(property, { seed: 5 });
  });
});
