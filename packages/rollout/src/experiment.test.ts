// What an experiment may claim, and when it may claim nothing; then, by simulation, how often it is wrong.

import { type Random, seededRandom } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import { type Experiment, experimentSchema, planExperiment } from './experiment.ts';
import { analyseExperiment } from './experiment-analysis.ts';
import { type ExperimentData, type ExperimentGroup, experimentDataSchema } from './experiment-data.ts';
import { splitTraffic } from './traffic-split.ts';

const day = 86_400_000;
const now = 30 * day;

const declared = {
  name: 'boarding-call',
  variants: [
    { name: 'control', target: '3', weight: 1 },
    { name: 'treatment', target: '4', weight: 1 },
  ],
  metric: { kind: 'proportion', name: 'late boarding', better: 'lower', baseline: 0.2 },
  minimumEffect: 0.04,
  method: 'fixed',
  startsAt: 0,
};

function experimentOf(parts: Record<string, unknown> = {}): Experiment {
  return experimentSchema.parse({ ...declared, ...parts });
}

const experiment = experimentOf();
const planned = planExperiment(experiment).units.control!;

function shares(control: number, treatment: number, units = planned, more = units): ExperimentData {
  const groupOf = (share: number, size: number): ExperimentGroup => {
    const mean = Math.round(share * size) / size;
    return { units: size, mean, variance: mean * (1 - mean) };
  };
  return experimentDataSchema.parse({
    control: groupOf(control, units),
    treatment: groupOf(treatment, more),
  });
}

describe('a declaration', () => {
  it.each([
    ['of one variant', { variants: declared.variants.slice(0, 1) }],
    ['that names a variant twice', { variants: [declared.variants[0], declared.variants[0]] }],
    ['of a sequential test with one side', { method: 'sequential', sides: 1 }],
    ['of an effect beyond what a share can be', { minimumEffect: 0.2 }],
    ['of no effect', { minimumEffect: 0 }],
    ['with a metric of another kind', { metric: { kind: 'median' } }],
  ])('%s is refused', (_, parts) => {
    expect(experimentSchema.safeParse({ ...declared, ...parts }).success).toBe(false);
  });
});

describe('nothing is claimed', () => {
  it.each([
    ['without any data', {}, 'units are too few to tell'],
    ['without units of a variant', { control: shares(0.2, 0.1).control! }, 'a mismatch'],
    [
      'on a sample-ratio mismatch, however clear the effect',
      shares(0.2, 0.1, 10_000, 10_500),
      'p = 0.0005: a mismatch',
    ],
    ['before the planned units, however clear the effect', shares(0.2, 0.1, 500), 'not looked at before'],
  ])('%s', (_, data, words) => {
    const { verdict, reasons, winner } = analyseExperiment(experiment, data, now);
    expect([verdict, winner]).toEqual(['inconclusive', null]);
    expect(reasons.map(({ message }) => message).join('\n')).toContain(words);
    expect(reasons.some(({ check }) => check.startsWith('effect'))).toBe(false);
  });

  it('before a week is over', () => {
    const { reasons } = analyseExperiment(experiment, shares(0.2, 0.1), 6 * day);
    expect(reasons.find(({ check }) => check === 'days')).toMatchObject({
      verdict: 'inconclusive',
      message: '6.00 days of at least 7.',
    });
  });

  it('without the covariate that was declared', () => {
    const { verdict, reasons } = analyseExperiment(
      experimentOf({ covariate: 'last_week' }),
      shares(0.2, 0.1),
      now,
    );
    expect(verdict).toBe('inconclusive');
    expect(reasons.at(-1)!.message).toBe('2 variants have no moments of last_week.');
  });

  it('sequentially on a handful of units, or where nothing has happened yet', () => {
    const sequential = experimentOf({ method: 'sequential' });
    expect(analyseExperiment(sequential, shares(0.2, 0, 60), now).verdict).toBe('inconclusive');
    expect(analyseExperiment(sequential, shares(0, 0, 5_000), now).verdict).toBe('inconclusive');
  });
});

describe('the verdict', () => {
  it('is a pass for a variant that is better, with number, interval, chance and units', () => {
    const { verdict, winner, reasons } = analyseExperiment(experiment, shares(0.2, 0.15), now);
    expect([verdict, winner]).toEqual(['pass', 'treatment']);
    expect(reasons.at(-1)!.message).toMatch(
      /^late boarding of treatment is 0\.0\d{3} \[0\.0\d{3}, 0\.0\d{3}\] below the control's, p = 0\.0\d{3}, n = [\d,]+, alpha 5 %: better\.$/,
    );
  });

  it.each([
    ['worse', 0.25],
    ['the same', 0.2],
  ])('is a fail for a variant that is %s', (_, share) => {
    // Four times the plan: with the plan alone, "the same" could not be told from the declared effect so surely.
    const { verdict, reasons } = analyseExperiment(experiment, shares(0.2, share, 4 * planned), now);
    expect(verdict).toBe('fail');
    expect(reasons.at(-1)!.message).toContain('not better by the 0.04 that was declared');
  });

  it('stays open where the effect is neither shown nor excluded', () => {
    const { verdict } = analyseExperiment(experiment, shares(0.2, 0.185), now);
    expect(verdict).toBe('inconclusive');
  });

  it('with one side sees a smaller effect than with two, and never calls the wrong side better', () => {
    const oneSided = experimentOf({ sides: 1 });
    const units = planExperiment(oneSided).units.control!;
    expect(units).toBeLessThan(planned);
    const weak = shares(0.2, 0.2 - 1.8 * Math.sqrt((2 * 0.16) / planned));
    expect(analyseExperiment(oneSided, weak, now).verdict).toBe('pass');
    expect(analyseExperiment(experiment, weak, now).verdict).not.toBe('pass');
    expect(analyseExperiment(oneSided, shares(0.2, 0.3), now).verdict).toBe('fail');
  });

  it('of three variants asks each at half of alpha, and names the better one', () => {
    const three = experimentOf({
      variants: [...declared.variants, { name: 'other', target: '5', weight: 2 }],
    });
    const plan = planExperiment(three);
    expect(plan.alphaEach).toBe(0.025);
    expect(plan.units.other).toBeGreaterThanOrEqual(2 * plan.units.control! - 1);
    const groups = shares(0.2, 0.15, plan.units.control!);
    const other = shares(0.2, 0.12, plan.units.other!).treatment!;
    expect(analyseExperiment(three, { ...groups, other }, now)).toMatchObject({
      verdict: 'pass',
      winner: 'other',
    });
  });
});

/** Mean, variance and what goes with the covariate, over made-up units. */
function groupFrom(units: number, draw: () => readonly [number, number]): ExperimentGroup {
  const rows = Array.from({ length: units }, draw);
  const meanOf = (i: 0 | 1) => rows.reduce((sum, row) => sum + row[i], 0) / units;
  const [mean, before] = [meanOf(0), meanOf(1)];
  const moment = (i: 0 | 1, j: 0 | 1) => {
    const centres = [mean, before];
    return rows.reduce((sum, row) => sum + (row[i] - centres[i]!) * (row[j] - centres[j]!), 0) / (units - 1);
  };
  return {
    units,
    mean,
    variance: moment(0, 0),
    covariate: { mean: before, variance: moment(1, 1), covariance: moment(0, 1) },
  };
}

function expectInBand(count: number, runs: number, rate: number): void {
  const half = 2.576 * Math.sqrt((rate * (1 - rate)) / runs);
  expect(count / runs).toBeGreaterThan(rate - half);
  expect(count / runs).toBeLessThan(rate + half);
}

describe('simulated', () => {
  const onMean = experimentOf({
    metric: { kind: 'mean', name: 'minutes saved', better: 'higher', deviation: 1 },
    minimumEffect: 0.5,
    covariate: 'last_week',
  });

  function outcomes(of: Experiment, runs: number, effect: number, random: Random, units: number) {
    const counts = { pass: 0, fail: 0, inconclusive: 0, reduction: 0, differs: 0 };
    for (let run = 0; run < runs; run++) {
      const [control, treatment] = [0, effect].map((shift) =>
        groupFrom(units, () => {
          const before = random.normal();
          return [0.8 * before + 0.6 * random.normal() + shift, before];
        }),
      );
      const result = analyseExperiment(of, { control: control!, treatment: treatment! }, now);
      const found = result.reasons.at(-1)!;
      counts[result.verdict]++;
      counts.reduction += (result.varianceReduction ?? 0) / runs;
      if (found.low! > 0 || found.high! < 0) counts.differs++;
    }
    return counts;
  }

  it('A/A: a difference is found as often as promised, with a covariate and without', () => {
    const { covariate: _, ...plain } = onMean;
    const units = planExperiment(onMean).units.control!;
    const runs = 2_000;
    expectInBand(outcomes(plain, runs, 0, seededRandom(11), units).differs, runs, 0.05);
    expectInBand(outcomes(onMean, runs, 0, seededRandom(11), units).differs, runs, 0.05);
  });

  it('A/B: the declared effect is found as often as planned, and nearly always with a covariate that explains 64 %', () => {
    const { covariate: _, ...plain } = onMean;
    const units = planExperiment(onMean).units.control!;
    const runs = 2_000;
    expectInBand(outcomes(plain, runs, 0.5, seededRandom(2), units).pass, runs, 0.8);
    const adjusted = outcomes(onMean, runs, 0.5, seededRandom(2), units);
    expect(adjusted.pass / runs).toBeGreaterThan(0.98);
    expect(adjusted.reduction).toBeCloseTo(0.64, 1);
  });

  /** Looks at a sequential experiment after every 50 units a group, up to its plan; says whether it ever passed. */
  function everPasses(of: Experiment, rates: readonly [number, number], random: Random): boolean {
    const most = planExperiment(of).units.control!;
    const successes = [0, 0];
    for (let units = 50; units <= most; units += 50) {
      for (let i = 0; i < 50; i++)
        rates.forEach((rate, j) => {
          successes[j]! += +(random.uniform() < rate);
        });
      const [control, treatment] = successes.map((each) => ({ units, mean: each / units, variance: 0 }));
      if (analyseExperiment(of, { control: control!, treatment: treatment! }, now).verdict === 'pass')
        return true;
    }
    return false;
  }

  it('sequentially, looked at 44 times or more, no difference passes at most as often as promised; the declared one at least as often as planned', () => {
    const sequential = experimentOf({ method: 'sequential' });
    const runs = 250;
    const passed = (rates: readonly [number, number], seed: number) => {
      const random = seededRandom(seed);
      return (
        Array.from({ length: runs }, () => everPasses(sequential, rates, random)).filter(Boolean).length /
        runs
      );
    };
    expect(planExperiment(sequential).units.control! / 50).toBeGreaterThan(44);
    // A pass is one of two sides.
    expect(passed([0.2, 0.2], 3)).toBeLessThanOrEqual(0.025);
    expect(passed([0.2, 0.16], 4)).toBeGreaterThanOrEqual(0.8);
  });

  it('units that were split by their hash show no mismatch, and those of which one in ten of a variant got lost do', () => {
    const split = splitTraffic(
      experiment.name,
      experiment.variants.map(({ name, weight }) => ({ target: name, weight })),
    );
    const names = Array.from({ length: 40_000 }, (_, i) => split(`unit-${i}`));
    const units = (name: string) => names.filter((each) => each === name).length;
    const dataOf = (kept: number) => ({
      control: { units: units('control'), mean: 0.2, variance: 0.16 },
      treatment: { units: Math.round(kept * units('treatment')), mean: 0.2, variance: 0.16 },
    });
    expect(analyseExperiment(experiment, dataOf(1), now).reasons[0]!.verdict).toBe('pass');
    expect(analyseExperiment(experiment, dataOf(0.9), now).reasons[0]!.message).toContain('a mismatch');
  });
});
