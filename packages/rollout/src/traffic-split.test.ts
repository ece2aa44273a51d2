// Who gets which variant: the hash against its author's check, then what a canary and its users may rely on.

import { sampleRatioP } from '@flightdeck/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { murmurHash } from './murmur-hash.ts';
import { sampleShadows, splitTraffic } from './traffic-split.ts';

const units = Array.from({ length: 40_000 }, (_, i) => `unit-${i}`);

function countBy<Item>(items: readonly Item[], of: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(of(item), (counts.get(of(item)) ?? 0) + 1);
  return counts;
}

describe('the hash', () => {
  it('passes the verification of SMHasher, the suite of its author', () => {
    // Hashes of the keys {}, {0}, {0, 1}, … with seeds 256, 255, …, hashed together; SMHasher's main.cpp expects 0xB0F57EE3.
    const hashes = new Uint8Array(1_024);
    const view = new DataView(hashes.buffer);
    for (let length = 0; length < 256; length++) {
      const key = Uint8Array.from({ length }, (_, i) => i);
      view.setUint32(length * 4, murmurHash(key, 256 - length), true);
    }
    expect(murmurHash(hashes, 0)).toBe(0xb0f57ee3);
  });

  it.each([
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['!Ce\u0087', 0, 0xf55b516b],
    ['!Ce', 0, 0x7e4a8634],
    ['!', 0, 0x72661cf4],
    ['\0\0\0\0', 0, 0x2362f9de],
  ])('gives the published value for %j and seed %d', (text, seed, expected) => {
    expect(murmurHash(Buffer.from(text, 'latin1'), seed)).toBe(expected);
  });
});

describe('a split', () => {
  it.each([
    ['no target', []],
    ['no weight', [{ target: '1', weight: 0 }]],
    [
      'a negative weight',
      [
        { target: '1', weight: 2 },
        { target: '2', weight: -1 },
      ],
    ],
    ['a weight that is no number', [{ target: '1', weight: Number.NaN }]],
  ])('of %s is refused', (_, traffic) => {
    expect(() => splitTraffic('salt', traffic)).toThrow('Traffic needs at least one target');
  });

  it.each([
    ['units numbered one by one', units],
    ['flights', units.map((_, i) => `UA-${i % 2_000}-2001-05-${(i / 2_000) | 0}`)],
    ['long names beyond ASCII', units.map((_, i) => `Zürich Flughafen → 東京 ${i}`)],
  ])('gives each variant its share of %s', (_, ids) => {
    const traffic = [
      { target: '1', weight: 70 },
      { target: '2', weight: 20 },
      { target: '3', weight: 5 },
      { target: '4', weight: 5 },
    ];
    for (const salt of ['a', 'b', 'rollout-17']) {
      const counts = countBy(ids, splitTraffic(salt, traffic));
      const seen = traffic.map(({ target }) => counts.get(target) ?? 0);
      expect(
        sampleRatioP(
          seen,
          traffic.map(({ weight }) => weight),
        ),
      ).toBeGreaterThan(0.001);
    }
  });

  it('asks only the targets that have weight', () => {
    const split = splitTraffic('salt', [
      { target: '1', weight: 0 },
      { target: '2', weight: 1 },
      { target: '3', weight: 0 },
    ]);
    expect([...countBy(units, split).keys()]).toEqual(['2']);
  });

  it('with another salt is independent of the first: all four combinations have a quarter', () => {
    const halves = [
      { target: '1', weight: 1 },
      { target: '2', weight: 1 },
    ];
    const [one, other] = [splitTraffic('rollout-1', halves), splitTraffic('rollout-2', halves)];
    const counts = countBy(units, (unit) => one(unit) + other(unit));
    expect(sampleRatioP([...counts.values()], [1, 1, 1, 1])).toBeGreaterThan(0.001);
  });

  it('moves units from the champion to the canary only, as the canary grows, and back only, as it shrinks', () => {
    const shares = fc.double({ min: 0, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(
        fc.string(),
        shares,
        shares,
        fc.array(shares, { maxLength: 3 }),
        (salt, one, two, others) => {
          const [small, large] = [Math.min(one, two), Math.max(one, two)];
          const fixed = others.map((share, i) => ({ target: `other-${i}`, weight: share / 8 }));
          const rest = 1 - fixed.reduce((sum, { weight }) => sum + weight, 0);
          const at = (canary: number) =>
            splitTraffic(salt, [
              { target: 'champion', weight: rest - canary },
              ...fixed,
              { target: 'canary', weight: canary },
            ]);
          const [before, after] = [at(small), at(large)];
          for (const unit of units.slice(0, 500)) {
            if (before(unit) === after(unit)) continue;
            expect([before(unit), after(unit)]).toEqual(['champion', 'canary']);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('shadow sampling', () => {
  it('takes the rate, and at a higher rate everybody it took before', () => {
    const [few, many] = [sampleShadows('salt', 0.1), sampleShadows('salt', 0.3)];
    const sampled = units.filter(few);
    expect(sampleRatioP([sampled.length, units.length - sampled.length], [1, 9])).toBeGreaterThan(0.001);
    expect(sampled.every(many)).toBe(true);
    expect(units.some(sampleShadows('salt', 0))).toBe(false);
    expect(units.every(sampleShadows('salt', 1))).toBe(true);
  });

  it('does not follow the split, though the salt and the id be the same', () => {
    const split = splitTraffic('salt', [
      { target: '1', weight: 1 },
      { target: '2', weight: 1 },
    ]);
    const counts = countBy(units.filter(sampleShadows('salt', 0.1)), split);
    expect(sampleRatioP([...counts.values()], [1, 1])).toBeGreaterThan(0.001);
  });
});
