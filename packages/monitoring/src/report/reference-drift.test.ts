import { seededRandom } from '@flightdeck/core';
import { expect, it } from 'vitest';
import { referenceDrift } from './reference-drift.ts';
import type { VersionReference } from './version-reference.ts';

type Profile = VersionReference['profile'];
type Features = Profile['features'];

/** Bins of equal counts, as training makes them. */
function numbers(values: readonly number[], bins = 20): Profile['score'] {
  const sorted = values.toSorted((a, b) => a - b);
  const quantiles = Array.from(
    { length: bins - 1 },
    (_, i) => sorted[Math.floor(((i + 1) / bins) * sorted.length)]!,
  );
  const edges = [...new Set(quantiles)];
  const counts = new Array<number>(edges.length + 1).fill(0);
  for (const value of values) counts[edges.filter((edge) => value >= edge).length]! += 1;
  return { kind: 'number', missing: 0, mean: 0, deviation: 1, edges, counts };
}

const random = seededRandom(3);
const normal = (mean: number, rows = 20_000) => Array.from({ length: rows }, () => mean + random.normal());
const score = numbers([0.1, 0.2, 0.3]);
const profile = (features: Features, rows = 20_000): Profile => ({ rows, features, score });
const indexOf = (from: Features[string], to: Features[string]) =>
  referenceDrift(profile({ it: from }), profile({ it: to }))[0]!.stabilityIndex;

it('says nothing of a feature that one version lacks, or has as another kind', () => {
  const category: Features[string] = { kind: 'category', missing: 5, counts: { a: 10 } };
  const [lost, gained, changed] = referenceDrift(
    profile({ gained: category, changed: category }, 50),
    profile({ lost: category, changed: numbers([1, 2]) }),
  )
    .toSorted((a, b) => b.feature.localeCompare(a.feature))
    .slice(1);
  expect(lost).toMatchObject({ stabilityIndex: null, missing: { from: null } });
  expect(gained).toMatchObject({ stabilityIndex: null, missing: { from: 0.1, to: null } });
  expect(changed).toMatchObject({ feature: 'changed', stabilityIndex: null });
});

it('says nothing where no border is shared and the bins are few', () => {
  expect(indexOf(numbers([0, 1], 2), numbers([0, 5], 2))).toBeNull();
  expect(indexOf(numbers([], 2), numbers([0, 5], 2))).toBeNull();
});

it('is nothing for the same training rows', () => {
  const same = profile({
    it: numbers(normal(0)),
    kind: { kind: 'category', missing: 1, counts: { a: 3, b: 9 } },
  });
  expect(referenceDrift(same, same).map(({ stabilityIndex }) => stabilityIndex)).toEqual([0, 0, 0]);
});

it('stays near its noise for two samples of one distribution, whose bins differ', () => {
  const [move] = referenceDrift(profile({ it: numbers(normal(0)) }), profile({ it: numbers(normal(0)) }));
  expect(move!.stabilityIndex!).toBeLessThan(3 * move!.stabilityNoise!);
  expect(move!.stabilityNoise!).toBeCloseTo((19 * 2) / 20_000, 10);
});

it('measures a shift of half a deviation as the integral does', () => {
  // Of two normal distributions Jeffreys' divergence is the square of their distance in deviations.
  expect(indexOf(numbers(normal(0)), numbers(normal(0.5)))!).toBeCloseTo(0.25, 1);
});

it('compares whole numbers exactly: their borders are their values', () => {
  const days = (counts: readonly number[]) =>
    numbers(counts.flatMap((count, day) => new Array(count).fill(day)));
  const flat = days([100, 100, 100, 100, 100, 100, 100]);
  expect(indexOf(flat, days([200, 200, 200, 200, 200, 200, 200]))!).toBeLessThan(1e-5);
  expect(indexOf(flat, days([400, 50, 50, 50, 50, 50, 50]))!).toBeGreaterThan(0.5);
});

it('counts a category that is new, and pools the rare ones', () => {
  const of = (counts: Record<string, number>): Features[string] => ({ kind: 'category', missing: 0, counts });
  expect(indexOf(of({ a: 500, b: 500 }), of({ a: 500, c: 500 }))!).toBeGreaterThan(1);
  const rare = (letter: string) =>
    Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${letter}${i}`, 1]));
  expect(indexOf(of({ a: 5_000, ...rare('x') }), of({ a: 5_000, ...rare('y') }))!).toBeLessThan(0.001);
});
