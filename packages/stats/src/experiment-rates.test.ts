// Whether the promises hold: seeded experiments by the thousand, some where nothing is going on and some with the effect that they were
// planned for. A band is where 99 % of such simulations end if the promised rate is the true one.

import { type Random, seededRandom } from '@flightdeck/core';
import { expect, it } from 'vitest';
import { proportionSequence, sequenceMultiplier } from './confidence-sequence.ts';
import { adjustForCovariate } from './cuped.ts';
import type { Moments } from './moments.ts';
import { inflationForLooks, planMeans, planProportions } from './sample-size.ts';
import { stabilityError } from './stability-error.ts';
import { stabilityIndex, stabilityNoise } from './stability-index.ts';
import { compareMeans, compareProportions, differenceError } from './two-samples.ts';

const alpha = 0.05;
const design = { alpha, power: 0.8, sides: 2, ratio: 1 } as const;

function expectInBand(count: number, runs: number, rate: number): void {
  const half = 2.576 * Math.sqrt((rate * (1 - rate)) / runs);
  expect(count / runs).toBeGreaterThan(rate - half);
  expect(count / runs).toBeLessThan(rate + half);
}

function countRuns(runs: number, seed: number, alarms: (random: Random) => boolean): number {
  const random = seededRandom(seed);
  return Array.from({ length: runs }, () => alarms(random)).filter(Boolean).length;
}

function successesOf(trials: number, rate: number, random: Random) {
  let successes = 0;
  for (let i = 0; i < trials; i++) if (random.uniform() < rate) successes++;
  return { successes, trials };
}

/** Mean and variance, unit by unit (Welford 1962). */
function runningMoments() {
  const state = { n: 0, mean: 0, variance: 0 };
  let squares = 0;
  return {
    state: state as Moments,
    add(value: number) {
      const step = value - state.mean;
      state.n++;
      state.mean += step / state.n;
      squares += step * (value - state.mean);
      state.variance = squares / (state.n - 1);
    },
  };
}

/** Looks after every pair of units from the 50th on, and says whether one look found a difference. */
function everAlarms(
  pairs: number,
  draw: () => readonly [number, number],
  multiplier: (n: number) => number,
): boolean {
  const [control, treatment] = [runningMoments(), runningMoments()];
  for (let i = 1; i <= pairs; i++) {
    const [a, b] = draw();
    control.add(a);
    treatment.add(b);
    const difference = treatment.state.mean - control.state.mean;
    const error = differenceError(control.state, treatment.state);
    if (i >= 50 && error > 0 && Math.abs(difference) > multiplier(2 * i) * error) return true;
  }
  return false;
}

it('compared once, equal shares alarm as often as promised', () => {
  const runs = 4_000;
  const alarms = countRuns(runs, 1, (random) => {
    const [a, b] = [successesOf(600, 0.2, random), successesOf(600, 0.2, random)];
    return compareProportions(a, b, alpha).p < alpha;
  });
  expectInBand(alarms, runs, alpha);
});

it('compared once, equal means alarm as often as promised, though the groups differ in scatter and size', () => {
  const runs = 4_000;
  const alarms = countRuns(runs, 2, (random) => {
    const [a, b] = [runningMoments(), runningMoments()];
    for (let i = 0; i < 60; i++) a.add(random.normal() * 3);
    for (let i = 0; i < 150; i++) b.add(random.normal());
    return compareMeans(a.state, b.state, alpha).p < alpha;
  });
  expectInBand(alarms, runs, alpha);
});

it('with the planned units the declared effect on a share is found as often as planned', () => {
  const runs = 2_000;
  const size = planProportions(0.2, 0.06, design);
  const found = countRuns(runs, 3, (random) => {
    const a = successesOf(size.control, 0.2, random);
    const b = successesOf(size.treatment, 0.26, random);
    return compareProportions(a, b, alpha).p < alpha;
  });
  expectInBand(found, runs, design.power);
});

it('with the planned units the declared effect on a mean is found as often as planned', () => {
  const runs = 4_000;
  const size = planMeans(1, 0.4, { ...design, ratio: 2 });
  const found = countRuns(runs, 4, (random) => {
    const [a, b] = [runningMoments(), runningMoments()];
    for (let i = 0; i < size.control; i++) a.add(random.normal());
    for (let i = 0; i < size.treatment; i++) b.add(random.normal() + 0.4);
    return compareMeans(a.state, b.state, alpha).p < alpha;
  });
  expectInBand(found, runs, design.power);
});

it('looked at after every unit, a fixed-horizon test alarms many times too often and a confidence sequence does not', () => {
  const runs = 1_000;
  const pairs = 1_000;
  const rateOf = (multiplier: (n: number) => number) =>
    countRuns(runs, 5, (random) =>
      everAlarms(pairs, () => [+(random.uniform() < 0.2), +(random.uniform() < 0.2)], multiplier),
    ) / runs;
  const naive = rateOf(() => 1.96);
  const sequential = rateOf((n) => sequenceMultiplier(n, { alpha, tunedFor: 1_000 }));
  expect(naive).toBeGreaterThan(0.25);
  expect(sequential).toBeGreaterThan(0);
  expect(sequential).toBeLessThanOrEqual(alpha);
});

it('a confidence sequence of the planned size finds the declared effect at least as often as planned, and mostly earlier', () => {
  const runs = 500;
  const pairs = Math.ceil(planMeans(1, 0.25, design).control * inflationForLooks(design));
  const stops: number[] = [];
  const found = countRuns(runs, 6, (random) => {
    let drawn = 0;
    const draw = () => {
      drawn++;
      return [random.normal(), random.normal() + 0.25] as const;
    };
    const alarmed = everAlarms(pairs, draw, (n) => sequenceMultiplier(n, { alpha, tunedFor: 2 * pairs }));
    if (alarmed) stops.push(drawn);
    return alarmed;
  });
  expect(found / runs).toBeGreaterThanOrEqual(design.power);
  expect(stops.sort((a, b) => a - b)[Math.floor(stops.length / 2)]).toBeLessThan(0.75 * pairs);
});

it('a sequence for one rare share misses it, at any look, no more often than promised', () => {
  const rate = 0.01;
  const misses = countRuns(300, 7, (random) => {
    let successes = 0;
    for (let trials = 1; trials <= 1_000; trials++) {
      if (random.uniform() < rate) successes++;
      // A sequence moves little between looks, and each costs a root search.
      if (trials > 20 && trials % 10 !== 0) continue;
      const { low, high } = proportionSequence({ successes, trials }, alpha);
      if (low > rate || high < rate) return true;
    }
    return false;
  });
  expect(misses / 300).toBeLessThanOrEqual(alpha);
});

it('adjusted for a covariate that explains 64 % of the variance, equal means alarm as often as promised and effects are found far more often', () => {
  const runs = 2_000;
  const rateOf = (effect: number) => {
    const counts = { plain: 0, adjusted: 0 };
    const random = seededRandom(8);
    for (let run = 0; run < runs; run++) {
      const groups = [0, effect].map((shift) => pairedSample(100, shift, random));
      const [a, b] = groups;
      const [c, d] = adjustForCovariate(groups).groups;
      if (compareMeans(a!, b!, alpha).p < alpha) counts.plain++;
      if (compareMeans(c!, d!, alpha).p < alpha) counts.adjusted++;
    }
    return counts;
  };
  expectInBand(rateOf(0).adjusted, runs, alpha);
  const found = rateOf(0.3);
  // Power of a z test for 0.3 with 100 units a group: 0.56 at variance 1, 0.94 at variance 0.36.
  expectInBand(found.plain, runs, 0.56);
  expectInBand(found.adjusted, runs, 0.94);
});

function pairedSample(n: number, shift: number, random: Random) {
  const rows = Array.from({ length: n }, () => {
    const before = random.normal();
    return [before, 0.8 * before + 0.6 * random.normal() + shift] as const;
  });
  const [x, y] = [runningMoments(), runningMoments()];
  for (const [before, after] of rows) {
    x.add(before);
    y.add(after);
  }
  const products = rows.reduce((sum, [b, a]) => sum + (b - x.state.mean) * (a - y.state.mean), 0);
  const { mean, variance } = x.state;
  return { ...y.state, covariate: { mean, variance, covariance: products / (n - 1) } };
}

it('the stability index, less its noise, is within 1.96 of its errors of the truth in 95 % of the windows, or more', () => {
  const [shares, moved] = [
    [0.4, 0.3, 0.2, 0.08, 0.02],
    [0.3, 0.3, 0.24, 0.12, 0.04],
  ] as const;
  const runs = 1_000;
  const random = seededRandom(9);
  const coverage = (of: readonly number[]) => {
    const truth = of.reduce((sum, q, i) => sum + (q - shares[i]!) * Math.log(q / shares[i]!), 0);
    const covered = Array.from({ length: runs }, () => {
      const [reference, window] = [drawCounts(4_000, shares, random), drawCounts(1_000, of, random)];
      const value = stabilityIndex(reference, window) - stabilityNoise(5, 1_000, 4_000);
      return Math.abs(value - truth) < 1.96 * stabilityError(reference, window);
    });
    return covered.filter(Boolean).length;
  };
  expectInBand(coverage(moved), runs, 0.95);
  expect(coverage(shares)).toBeGreaterThan(0.95 * runs);
});

function drawCounts(n: number, shares: readonly number[], random: Random): number[] {
  const counts = shares.map(() => 0);
  for (let i = 0; i < n; i++) {
    let [bin, left] = [0, random.uniform()];
    while (bin < shares.length - 1 && left >= shares[bin]!) left -= shares[bin++]!;
    counts[bin]!++;
  }
  return counts;
}
