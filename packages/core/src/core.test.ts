import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canonicalJson, hashOf, manualClock, parseEnv, permutation, seededRandom, sha256 } from './index.ts';

describe('environment', () => {
  const schema = z.object({ PORT: z.coerce.number().int().default(8080) });

  it('names the variable that is wrong', () => {
    expect(() => parseEnv(schema, { PORT: 'abc' })).toThrow(/^Environment: PORT: /);
  });

  it('takes an empty variable for an unset one', () => {
    expect(parseEnv(schema, { PORT: '' })).toEqual({ PORT: 8080 });
  });
});

describe('hashes', () => {
  it('do not depend on the order of keys, but on the order of lists', () => {
    expect(canonicalJson({ b: 1, a: { d: 2, c: undefined } })).toBe('{"a":{"d":2},"b":1}');
    expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
    expect(hashOf([1, 2])).not.toBe(hashOf([2, 1]));
  });

  it('are SHA-256 (FIPS 180-4, example "abc")', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
});

describe('seeded random', () => {
  it('repeats itself for a seed and differs between seeds', () => {
    const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed).uniform);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it('has the moments of a standard normal', () => {
    const random = seededRandom(1);
    const draws = Array.from({ length: 100_000 }, random.normal);
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.02);
  });

  it('permutes: every index once', () => {
    const order = permutation(1_000, seededRandom(3));
    expect(new Set(order).size).toBe(1_000);
    expect([...order]).not.toEqual([...permutation(1_000, seededRandom(4))]);
  });
});

it('a manual clock moves only when it is told to', () => {
  const clock = manualClock(10);
  clock.advance(5);
  expect(clock()).toBe(15);
});
