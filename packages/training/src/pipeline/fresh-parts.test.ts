import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeUntil, freshParts, withinWindow } from './fresh-parts.ts';

const day = 1440;

describe('the end of the complete days', () => {
  it('is a midnight before which every row has had the usual delay to be labelled, and no day earlier than it must be', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 20_000_000 }), fc.nat(3000), (newest, delay) => {
        const until = completeUntil(newest, delay);
        expect(until % day).toBe(0);
        expect(until - 1 + delay).toBeLessThanOrEqual(newest);
        expect(until + day - 1 + delay).toBeGreaterThan(newest);
      }),
    );
  });

  it('leaves a day out for one minute that is missing', () => {
    expect(completeUntil(5 * day + 59, 60)).toBe(5 * day);
    expect(completeUntil(5 * day + 58, 60)).toBe(4 * day);
  });
});

describe('fresh parts', () => {
  it('follow each other without a gap, the newest rows last', () => {
    expect(freshParts(3 * day, 40 * day, 5)).toEqual([
      { part: 'train', from: 3 * day, until: 28 * day },
      { part: 'validation', from: 28 * day, until: 35 * day },
      { part: 'test', from: 35 * day, until: 40 * day },
    ]);
  });

  it('are trained on no more than the window, and on no more than there is', () => {
    const parts = freshParts(3 * day, 40 * day, 5);
    expect(withinWindow(parts, null)).toEqual(parts);
    expect(withinWindow(parts, 100)).toEqual(parts);
    expect(withinWindow(parts, 10)).toEqual([{ ...parts[0], from: 18 * day }, parts[1], parts[2]]);
  });
});
