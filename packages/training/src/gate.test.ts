import { seededRandom } from '@flightdeck/core';
import { drawBlocks, percentileInterval } from '@flightdeck/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Estimate, type Evaluation, evaluationSchema, metricNames } from './evaluation-schema.ts';
import { type GateEvidence, gate } from './gate.ts';
import { type GatePolicy, gatePolicySchema, gateResultSchema } from './gate-policy.ts';

const days = 16;
const resamples = 200;
const draws = drawBlocks(days, resamples, seededRandom(1));
type Metrics = Evaluation['metrics'];

/** The mean of day values and its real bootstrap: what `evaluate` would store of such a metric. */
function estimate(dayValues: readonly number[]): Estimate {
  const mean = (weights: Float64Array) =>
    dayValues.reduce((sum, x, day) => sum + x * weights[day]!, 0) / days;
  const resampled = draws.map(mean);
  return {
    value: mean(new Float64Array(days).fill(1)),
    ...percentileInterval(resampled, 0.95),
    resamples: resampled,
  };
}

/** Sixteen days around `centre`: a weather that all models share, and something of the model's own that averages out. */
function around(centre: number, { own = 0 } = {}): Estimate {
  const [weather, model] = [seededRandom(99), seededRandom(1)];
  const parts = Array.from({ length: days }, () => ({
    weather: 0.01 * weather.normal(),
    own: own * model.normal(),
  }));
  const drift = parts.reduce((sum, day) => sum + day.own, 0) / days;
  return estimate(parts.map((day) => centre + day.weather + day.own - drift));
}

function evaluation(metrics: Partial<Metrics> = {}, slices: Evaluation['slices'] = []): Evaluation {
  return {
    rows: 268_319,
    positives: 36_491,
    threshold: 0.3,
    rowsDigest: 'a'.repeat(64),
    interval: { level: 0.95, resamples, unit: 'day', blocks: days, seed: 1 },
    metrics: {
      rocAuc: around(0.78),
      prAuc: around(0.44),
      logLoss: around(0.33),
      brier: around(0.1),
      ece: around(0.015),
      ...metrics,
    },
    atThreshold: {
      precision: around(0.4),
      recall: around(0.5),
      f1: around(0.45),
      confusion: { truePositive: 1, falsePositive: 1, trueNegative: 1, falseNegative: 1 },
    },
    slices,
    curves: { roc: [], precisionRecall: [], calibration: [] },
  };
}

function slice(value: string, logLoss: Estimate, { rows = 5_000 } = {}): Evaluation['slices'][number] {
  const metrics = { rocAuc: around(0.75), logLoss, ece: around(0.03) };
  return { slice: 'hour', value, rows, positives: 700, meanScore: 0.1, metrics };
}

const open: GatePolicy = {
  minimum: { rows: 10_000, days: 10 },
  bounds: {},
  beats: [],
  noWorseThanChampion: {},
  slices: { minimumRows: 1_000, noWorseThanChampion: {} },
};

function judge(evidence: Partial<GateEvidence>, policy: Partial<GatePolicy> = {}) {
  const result = gate({
    candidate: evaluation(),
    champion: null,
    baselines: {},
    ...evidence,
    policy: gatePolicySchema.parse({ ...open, ...policy }),
  });
  expect(gateResultSchema.parse(JSON.parse(JSON.stringify(result)))).toEqual(result);
  // The first reason is about the sample and passes in most tests.
  return {
    ...result,
    reason: result.reasons.find(({ verdict }) => verdict !== 'pass') ?? result.reasons.at(-1)!,
  };
}

it('the examples of this test are evaluations', () => {
  expect(evaluationSchema.safeParse(evaluation({}, [slice('05', around(0.3))])).success).toBe(true);
});

describe('a policy is refused', () => {
  it.each<[string, object]>([
    ['with a metric that nobody computes', { bounds: { accuracy: { min: 0.9 } } }],
    ['with a bound that bounds nothing', { bounds: { rocAuc: {} } }],
    ['with a setting that nothing reads', { noWorseThanChampoin: { rocAuc: 0.01 } }],
    ['with a negative margin', { noWorseThanChampion: { rocAuc: -0.01 } }],
  ])('%s', (_, change) => {
    expect(gatePolicySchema.safeParse(open).success).toBe(true);
    expect(gatePolicySchema.safeParse({ ...open, ...change }).success).toBe(false);
  });
});

describe('what cannot be judged blocks', () => {
  const broken = { ...around(0.78), value: Number.NaN };
  const { rocAuc: _, ...withoutRocAuc } = evaluation().metrics;
  const short = { ...around(0.78), resamples: around(0.78).resamples.slice(1) };
  const cases: [string, Evaluation][] = [
    ['missing', { ...evaluation(), metrics: withoutRocAuc as Metrics }],
    ['null, which is what JSON makes of NaN', evaluation({ rocAuc: null as unknown as Estimate })],
    ['NaN', evaluation({ rocAuc: broken })],
    ['short of a resample', evaluation({ rocAuc: short })],
  ];

  it.each(cases)('a bound on a metric that is %s', (_, candidate) => {
    const { verdict, reason } = judge({ candidate }, { bounds: { rocAuc: { min: 0.75 } } });
    expect(verdict).toBe('fail');
    expect(reason).toMatchObject({ check: 'bound:rocAuc:minimum', value: null, threshold: 0.75 });
    expect(reason.message).toBe('The candidate has no ROC-AUC, so this cannot be judged.');
  });

  it.each(cases)('a comparison where the metric of one side is %s', (_, other) => {
    const policy = {
      beats: [{ baseline: 'logistic', metric: 'rocAuc' as const }],
      noWorseThanChampion: { rocAuc: 1 },
    };
    const baselines = { logistic: other };
    expect(judge({ baselines }, policy).verdict).toBe('fail');
    expect(judge({ champion: other }, { ...policy, beats: [] }).verdict).toBe('fail');
    expect(judge({ candidate: other, champion: evaluation() }, { ...policy, beats: [] }).verdict).toBe(
      'fail',
    );
  });

  it('a baseline that was not evaluated', () => {
    const { verdict, reason } = judge({}, { beats: [{ baseline: 'logistic', metric: 'rocAuc' }] });
    expect(verdict).toBe('fail');
    expect(reason.message).toBe('The baseline logistic was not evaluated, so this cannot be judged.');
  });

  it('a champion on other rows, with the digests of both', () => {
    const champion = { ...evaluation(), rowsDigest: 'b'.repeat(64), rows: 1_000 };
    const { verdict, reason } = judge({ champion }, { noWorseThanChampion: { rocAuc: 1 } });
    expect(verdict).toBe('fail');
    expect(reason.message).toBe(
      'The champion was evaluated on other rows (1,000 with digest bbbbbbbb instead of 268,319 with digest aaaaaaaa), ' +
        'so this cannot be judged.',
    );
  });

  it.each([{ seed: 2 }, { resamples: 100 }])('a baseline that was resampled otherwise: %o', (change) => {
    const logistic = { ...evaluation(), interval: { ...evaluation().interval, ...change } };
    const { verdict, reason } = judge(
      { baselines: { logistic } },
      { beats: [{ baseline: 'logistic', metric: 'rocAuc' }] },
    );
    expect(verdict).toBe('fail');
    expect(reason.message).toContain('was resampled otherwise');
  });
});

describe('a small sample', () => {
  it.each([
    ['rows', { rows: 300_000, days: 10 }, 'the minimum is 300,000 rows on 10 days.'],
    ['days', { rows: 50_000, days: 17 }, 'the minimum is 50,000 rows on 17 days.'],
  ])('of too few %s is inconclusive', (_, minimum, words) => {
    const { verdict, reason } = judge({}, { minimum });
    expect(verdict).toBe('inconclusive');
    expect(reason.message).toBe(`268,319 rows on 16 days are too few: ${words}`);
  });

  it('does not hide a failure', () => {
    expect(judge({}, { minimum: { rows: 1e9, days: 2 }, bounds: { ece: { max: 0.001 } } }).verdict).toBe(
      'fail',
    );
  });
});

describe('a bound', () => {
  it.each([
    [{ rocAuc: { min: 0.9 } }, 'fail', 'is below the minimum of 0.9.'],
    [{ ece: { max: 0.001 } }, 'fail', 'is above the maximum of 0.001.'],
    [
      { rocAuc: { min: 0.78 } },
      'inconclusive',
      'is not clearly above the minimum of 0.78, which lies inside',
    ],
    [{ rocAuc: { min: 0.75 } }, 'pass', 'is above the minimum of 0.75.'],
    [{ ece: { max: 0.05 } }, 'pass', 'is below the maximum of 0.05.'],
  ])('%o: %s', (bounds, verdict, words) => {
    const result = judge({}, { bounds });
    expect(result.verdict).toBe(verdict);
    expect(result.reason.message).toContain(words);
  });

  it('says the number, the interval, the sample size and the limit', () => {
    const exact = { ...around(0.78), value: 0.7812, low: 0.7755, high: 0.7869 };
    const { reason } = judge(
      { candidate: evaluation({ rocAuc: exact }) },
      { bounds: { rocAuc: { min: 0.75 } } },
    );
    expect(reason).toEqual({
      check: 'bound:rocAuc:minimum',
      verdict: 'pass',
      message: 'ROC-AUC 0.7812 [0.7755, 0.7869] on 268,319 rows is above the minimum of 0.75.',
      value: 0.7812,
      threshold: 0.75,
      low: 0.7755,
      high: 0.7869,
      rows: 268_319,
    });
  });
});

describe('a baseline', () => {
  const beats = [{ baseline: 'logistic', metric: 'rocAuc' as const }];
  const against = (rocAuc: Estimate) => judge({ baselines: { logistic: evaluation({ rocAuc }) } }, { beats });

  it.each([
    ['that is better', around(0.79), 'fail', 'nowhere above 0'],
    ['that is the same model', around(0.78), 'fail', 'nowhere above 0'],
    ['that may be as good', around(0.7799, { own: 0.002 }), 'inconclusive', 'not shown to be better'],
    ['that is worse', around(0.77, { own: 0.002 }), 'pass', 'all above 0'],
  ] as const)('%s', (_, rocAuc, verdict, words) => {
    const result = against(rocAuc);
    expect(result.verdict).toBe(verdict);
    expect(result.reason.message).toContain(words);
  });

  it('is compared pair by pair: beaten clearly though both intervals overlap', () => {
    const rocAuc = around(0.777, { own: 0.002 });
    expect(rocAuc.high).toBeGreaterThan(around(0.78).low);
    expect(against(rocAuc).verdict).toBe('pass');
  });

  it('of a metric where less is better is beaten by less', () => {
    const rule = { beats: [{ baseline: 'constant', metric: 'logLoss' as const }] };
    expect(judge({ baselines: { constant: evaluation({ logLoss: around(0.42) }) } }, rule).verdict).toBe(
      'pass',
    );
    expect(judge({ baselines: { constant: evaluation({ logLoss: around(0.3) }) } }, rule).verdict).toBe(
      'fail',
    );
  });
});

describe('the champion', () => {
  const policy = { noWorseThanChampion: { rocAuc: 0.005 } };
  const candidate = (centre: number) => evaluation({ rocAuc: around(centre, { own: 0.003 }) });

  it.each([
    ['is far better', 0.76, 'fail', 'all beyond the tolerated 0.005'],
    [
      'may be better by more than the margin',
      0.776,
      'inconclusive',
      'an interval that contains the tolerated 0.005',
    ],
    ['is better by less than the margin', 0.779, 'pass', 'within the tolerated 0.005'],
    ['is worse', 0.79, 'pass', 'within the tolerated 0.005'],
  ])('%s', (_, centre, verdict, words) => {
    const result = judge({ candidate: candidate(centre), champion: evaluation() }, policy);
    expect(result.verdict).toBe(verdict);
    expect(result.reason.message).toContain(words);
  });

  it('passes the gate itself, with no margin at all', () => {
    const champion = evaluation({}, [slice('05', around(0.3)), slice('06', around(0.3))]);
    const none = Object.fromEntries(metricNames.map((name) => [name, 0]));
    const slices = { minimumRows: 1_000, noWorseThanChampion: { rocAuc: 0, logLoss: 0, ece: 0 } };
    const { verdict, reasons } = judge(
      { candidate: champion, champion },
      { noWorseThanChampion: none, slices },
    );
    expect(verdict).toBe('pass');
    expect(reasons.length).toBe(1 + 5 + 2 * 3);
  });

  it('is not asked for where there is none', () => {
    expect(judge({ champion: null }, policy)).toMatchObject({
      verdict: 'pass',
      reasons: [{ check: 'sample' }],
    });
  });
});

describe('a slice', () => {
  const policy = { slices: { minimumRows: 1_000, noWorseThanChampion: { logLoss: 0.01 } } };
  const champion = evaluation({}, [slice('05', around(0.3)), slice('06', around(0.3))]);
  const against = (...slices: Evaluation['slices']) =>
    judge({ candidate: evaluation({}, slices), champion }, policy);

  it('that is worse beyond its margin blocks, though all rows together are as good', () => {
    const { verdict, reason } = against(slice('05', around(0.35, { own: 0.01 })), slice('06', around(0.3)));
    expect(verdict).toBe('fail');
    expect(reason.check).toBe('slice:hour=05:logLoss');
    expect(reason.message).toMatch(
      /^hour=05: log loss 0\.3\d+ against 0\.\d+ of the champion on 5,000 rows: a loss of .* at 97\.50 %, all beyond the tolerated 0\.01\.$/,
    );
  });

  it('that looks worse beyond its margin, perhaps by chance, is inconclusive', () => {
    const result = against(slice('05', around(0.313, { own: 0.02 })), slice('06', around(0.3)));
    expect(result.verdict).toBe('inconclusive');
    expect(result.reason.message).toContain('beyond the tolerated 0.01, which the interval contains');
  });

  it('that only one of the two evaluations has, or has other rows in, blocks', () => {
    expect(against(slice('05', around(0.3))).reason).toMatchObject({
      check: 'slice:hour=06:logLoss',
      verdict: 'fail',
    });
    const fewer = slice('06', around(0.3), { rows: 4_999 });
    expect(against(slice('05', around(0.3)), fewer).reason.message).toBe(
      'The slice hour=06 holds other rows for the champion, so this cannot be judged.',
    );
    expect(judge({ champion: evaluation() }, policy).reason).toMatchObject({
      check: 'slices',
      verdict: 'fail',
    });
  });

  it('without the metric blocks', () => {
    const silent = { ...slice('05', around(0.3)), metrics: null };
    expect(against(silent, slice('06', around(0.3))).reason.message).toBe(
      'The slice hour=05 has no log loss, so this cannot be judged.',
    );
  });

  it('that is too small is not judged, and the gate says so', () => {
    const night = slice('02', around(0.9), { rows: 41 });
    const before = evaluation({}, [...champion.slices, slice('02', around(0.3), { rows: 41 })]);
    const candidate = evaluation({}, [...champion.slices, night]);
    const { verdict, reasons } = judge({ candidate, champion: before }, policy);
    expect(verdict).toBe('pass');
    expect(reasons.at(-1)).toMatchObject({ check: 'slices:small', value: 1, threshold: 1_000, rows: 41 });
    expect(reasons.at(-1)!.message).toContain('hour=02 (41)');
  });
});

describe('forty slices of a model that is exactly as good, with no margin', () => {
  const policy = { ...open, slices: { minimumRows: 1, noWorseThanChampion: { logLoss: 0 } } };
  const level = (centre: number) => estimate(Array<number>(days).fill(centre));
  const champion = evaluation(
    {},
    Array.from({ length: 40 }, (_, i) => slice(String(i), level(0.3))),
  );
  const random = seededRandom(40);
  const dayValues = () => Array.from({ length: days }, () => 0.3 + 0.01 * random.normal());
  const trials = Array.from({ length: 150 }, () => {
    const slices = champion.slices.map(({ value }) => slice(value, estimate(dayValues())));
    return {
      slices,
      verdict: gate({ candidate: evaluation({}, slices), champion, baselines: {}, policy }).verdict,
    };
  });

  it('fail by chance in at most 5 of 100 gates', () => {
    expect(trials.filter(({ verdict }) => verdict === 'fail').length / trials.length).toBeLessThanOrEqual(
      0.05,
    );
  });

  it('would fail in most gates if each slice were judged by its own 95 % interval', () => {
    const naive = trials.filter(({ slices }) => slices.some((each) => each.metrics!.logLoss.low > 0.3));
    expect(naive.length / trials.length).toBeGreaterThan(0.5);
  });
});

describe('a better candidate', () => {
  const increment = fc.double({ min: 0, max: 0.02, noNaN: true });
  const centre = fc.double({ min: 0.28, max: 0.32, noNaN: true });
  const policy: GatePolicy = {
    minimum: { rows: 1, days: 2 },
    bounds: { logLoss: { max: 0.31 }, rocAuc: { min: 0.7 } },
    beats: [{ baseline: 'logistic', metric: 'logLoss' }],
    noWorseThanChampion: { logLoss: 0.005 },
    slices: { minimumRows: 1, noWorseThanChampion: { logLoss: 0.01 } },
  };

  /** Less loss on each day, by what each day draws: not the same difference everywhere. */
  const gateOf = (centre: number, gains: readonly number[], seed: number) => {
    const random = seededRandom(seed);
    const draw = (spread: number) =>
      estimate(Array.from({ length: days }, (_, day) => centre + spread * random.normal() - gains[day]!));
    const candidate = evaluation({ logLoss: draw(0.004) }, [slice('05', draw(0.008))]);
    const champion = evaluation({ logLoss: around(0.3) }, [slice('05', around(0.3))]);
    const baselines = { logistic: evaluation({ logLoss: around(0.32) }) };
    return gate({ candidate, champion, baselines, policy });
  };

  it('never turns a pass into a fail, and no check that passed fails or wavers', () => {
    const rank = { pass: 0, inconclusive: 1, fail: 2 };
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        centre,
        fc.array(increment, { minLength: days, maxLength: days }),
        fc.integer({ min: 1, max: 1_000 }),
        (centre, gains, seed) => {
          const before = gateOf(centre, Array<number>(days).fill(0), seed);
          const after = gateOf(centre, gains, seed);
          seen.add(before.verdict);
          expect([before.verdict, after.verdict]).not.toEqual(['pass', 'fail']);
          before.reasons.forEach((reason, i) => {
            const improved = after.reasons[i]!;
            expect(improved.check).toBe(reason.check);
            // Percentile intervals move with every resample, so these verdicts can only improve.
            if (!reason.check.startsWith('slice')) {
              expect(rank[improved.verdict]).toBeLessThanOrEqual(rank[reason.verdict]);
            }
            if (reason.verdict === 'pass') expect(improved.verdict).toBe('pass');
          });
        },
      ),
      { numRuns: 150, seed: 7 },
    );
    expect(seen).toEqual(new Set(['pass', 'inconclusive', 'fail']));
  });
});
