// Every 16-bit pattern, both ways, against the language's own halves and against the definition of rounding.

import { describe, expect, test } from 'vitest';
import { narrowToBfloat16, narrowToFloat16, widenBfloat16, widenFloat16 } from './half-floats.ts';

const everyPattern = Uint16Array.from({ length: 65_536 }, (_, pattern) => pattern);

/** The value of a half by the standard's formula. */
function valueOfPattern(pattern: number, exponentBits: number, mantissaBits: number): number {
  const sign = pattern & 0x8000 ? -1 : 1;
  const exponent = (pattern >> mantissaBits) & (2 ** exponentBits - 1);
  const fraction = (pattern & (2 ** mantissaBits - 1)) / 2 ** mantissaBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** (1 - bias);
  return sign * (1 + fraction) * 2 ** (exponent - bias);
}

describe.each([
  ['FP16', widenFloat16, narrowToFloat16, 5, 10],
  ['BF16', widenBfloat16, narrowToBfloat16, 8, 7],
] as const)('%s', (_name, widen, narrow, exponentBits, mantissaBits) => {
  test('widens every pattern to its value', () => {
    const floats = widen(everyPattern);
    const wrong = [...floats].findIndex(
      (value, pattern) => !Object.is(value, valueOfPattern(pattern, exponentBits, mantissaBits)),
    );
    expect(wrong).toBe(-1);
  });

  test('narrows every widened pattern back to itself, NaNs included', () => {
    expect(narrow(widen(everyPattern))).toEqual(everyPattern);
  });

  test('rounds to the nearest between any two neighbours, and ties to the even one', () => {
    // Between the pattern p and p + 1, exactly in the middle and one step of a 32-bit float to either side.
    const highest = 0x7fff - 2 ** mantissaBits;
    const wrong: number[] = [];
    for (let below = 0; below < highest; below++) {
      const low = valueOfPattern(below, exponentBits, mantissaBits);
      const high = valueOfPattern(below + 1, exponentBits, mantissaBits);
      const middle = (low + high) / 2;
      const floats = Float32Array.of(middle, next(middle, -1), next(middle, 1));
      const even = below % 2 === 0 ? below : below + 1;
      if (`${narrow(floats)}` !== `${[even, below, below + 1]}`) wrong.push(below);
      if (`${narrow(floats.map((value) => -value))}` !== `${[even, below, below + 1].map((p) => p | 0x8000)}`)
        wrong.push(-below);
    }
    expect(wrong).toEqual([]);
  });

  test('becomes infinite from half a step above the largest finite value on', () => {
    const infinite = (2 ** exponentBits - 1) << mantissaBits;
    const largest = valueOfPattern(infinite - 1, exponentBits, mantissaBits);
    const step = largest - valueOfPattern(infinite - 2, exponentBits, mantissaBits);
    const edge = largest + step / 2;
    expect([...narrow(Float32Array.of(next(edge, -1), edge, Infinity, -Infinity))]).toEqual([
      infinite - 1,
      infinite,
      infinite,
      infinite | 0x8000,
    ]);
  });

  test('keeps a NaN whose payload is cut off a NaN', () => {
    const bits = Uint32Array.of(0x7f80_0001, 0xff80_0001);
    const floats = widen(narrow(new Float32Array(bits.buffer)));
    expect([...floats]).toEqual([Number.NaN, Number.NaN]);
  });

  test('flushes what is far too small to a zero of its sign', () => {
    expect([...narrow(Float32Array.of(0, -0, 1e-45, -1e-45))]).toEqual([0, 0x8000, 0, 0x8000]);
  });
});

test('FP16 agrees with Float16Array on a hundred thousand floats of every size', (context) => {
  const Halves = (globalThis as { Float16Array?: new (floats: Float32Array) => { buffer: ArrayBuffer } })
    .Float16Array;
  if (!Halves) return context.skip('this Node has no Float16Array');
  const bits = Uint32Array.from({ length: 100_000 }, (_, i) => Math.imul(i, 0x9e37_79b1));
  const floats = new Float32Array(bits.buffer).filter((value) => !Number.isNaN(value));
  expect(narrowToFloat16(floats)).toEqual(new Uint16Array(new Halves(floats).buffer));
});

/** The neighbour of a 32-bit float. */
function next(value: number, steps: number): number {
  const float = Float32Array.of(value);
  new Int32Array(float.buffer)[0]! += steps;
  return float[0]!;
}
