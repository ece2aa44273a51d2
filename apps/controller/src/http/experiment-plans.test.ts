// Planning an experiment and watching one, over real traffic whose units and effect are known.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { momentsOf } from '../experiments/experiment-history.ts';
import { day, hour, model, monday, recordTraffic } from '../traffic.fixture.ts';
import { type KeyedApp, keyedApp } from './keyed-app.fixture.ts';

const units = 700;
let kit: KeyedApp;
beforeAll(async () => {
  kit = await keyedApp([
    {
      ...{ version: 1, from: monday, to: monday + 7 * day, rows: 2 * units },
      unit: (row) => `u${row % units}`,
    },
  ]);
});
afterAll(() => kit?.close());

const declared = {
  name: 'night-shift',
  variants: [
    { name: 'control', target: 'champion', weight: 1 },
    { name: 'treatment', target: '2', weight: 1 },
  ],
  metric: { kind: 'mean', name: 'score', better: 'higher', deviation: 0.2 },
  minimumEffect: 0.05,
  method: 'sequential',
  minimumDays: 0,
};
const plan = (experiment: object, key: 'read' | 'none' = 'read', of = model) =>
  kit.ask('POST', `/v1/models/${of}/experiment-plans`, { experiment }, key);
const choices = async () => (await kit.ask('GET', `/v1/models/${model}/experiment-choices`)).body;

describe('a plan', () => {
  it('is refused where it cannot be one, and to whoever may not look', async () => {
    expect((await plan(declared, 'none')).code).toBe('KEY_REQUIRED');
    expect((await plan({ name: 'x' })).code).toBe('INVALID_BODY');
    expect((await plan(declared, 'read', 'other')).code).toBe('ENDPOINT_NOT_FOUND');
    const profit = { ...declared.metric, name: 'profit' };
    expect((await plan({ ...declared, metric: profit })).code).toBe('EXPERIMENT_INVALID');
  });

  it('has no days before there is traffic', async () => {
    expect((await plan(declared)).body).toMatchObject({ days: null, traffic: null });
    expect((await choices()).obstacle).toMatch(/no event time/);
  });

  it('has the units that its power takes, and the days that these take at the traffic there has been', async () => {
    await kit.tick();
    const { body } = await plan({ ...declared, method: 'fixed' });
    // Two means, a deviation of 0.2 and a difference of 0.05: 2 (1.96 + 0.84)^2 (0.2 / 0.05)^2 = 251 each.
    expect(body.plan.units.control).toBeGreaterThanOrEqual(251);
    expect(body.plan.units.control).toBeLessThan(255);
    expect(body.traffic).toMatchObject({ units });
    const { from, to, unitsPerDay } = body.traffic;
    expect(unitsPerDay).toBeCloseTo(units / ((to - from) / day), 6);
    expect(body.days).toBeCloseTo(body.plan.total / unitsPerDay, 6);
    expect((await plan({ ...declared, method: 'fixed', minimumDays: 30 })).body.days).toBe(30);
    expect(body.because.join(' ')).toMatch(
      /^700 units came in the last [\d.]+ days of event time, \d+ a day: 50\d take/,
    );
  });

  it('waits for labels where its metric needs them', async () => {
    const metric = { kind: 'mean', name: 'logLoss', better: 'lower', deviation: 0.2 };
    const [with_, without] = [await plan({ ...declared, metric }), await plan(declared)];
    expect(with_.body.days - without.body.days).toBeCloseTo(1, 6);
  });

  it('is made of what there is', async () => {
    const { endpoint, targets, metrics, traffic, obstacle } = await choices();
    expect([endpoint, obstacle, traffic.units]).toEqual([model, null, units]);
    expect(targets).toEqual([
      { target: 'champion', version: 1 },
      ...[3, 2, 1].map((version) => ({ target: String(version), version })),
    ]);
    const score = metrics.find(({ name }: { name: string }) => name === 'score');
    expect(score).toMatchObject({ kind: 'mean', needsLabels: false, seen: { units } });
    expect(score.seen.deviation).toBeGreaterThan(0.05);
    const failed = metrics.find(({ name }: { name: string }) => name === 'failed');
    expect(failed.seen).toEqual({ units, mean: 0, deviation: 0 });
  });
});

it('looks are some dozens, whether an experiment runs for minutes or for months, and the last is its end', () => {
  expect(momentsOf(monday, monday)).toEqual([]);
  for (const length of [hour / 60, hour, 3.3 * day, 30 * day, 400 * day]) {
    const moments = momentsOf(monday, monday + length);
    expect(moments.at(-1)).toBe(monday + length);
    expect(moments.length).toBeLessThanOrEqual(60);
    expect(moments.length).toBeGreaterThanOrEqual(5);
    expect(moments).toEqual(moments.toSorted((a, b) => a - b));
  }
});

describe('an experiment that runs', () => {
  const history = async () => (await kit.ask('GET', '/v1/experiments/night-shift/history')).body;

  it('has been seen by nobody before there is anything after its start', async () => {
    expect((await kit.ask('GET', '/v1/experiments/none/history')).code).toBe('PROCEDURE_NOT_FOUND');
    // The log goes on, by requests that no split has touched.
    const later = { from: monday + 7 * day, to: monday + 7 * day + hour, rows: 2_000 };
    await recordTraffic(kit.home, { version: 1, variant: 'direct', ...later, unit: (row) => `x${row}` });
    await kit.tick();
    const start = { model, reason: 'a test', experiment: declared };
    expect((await kit.ask('POST', '/v1/experiments', start)).status).toBe(202);
    expect((await history()).looks).toEqual([]);
    expect((await choices()).obstacle).toMatch(/night-shift runs/);
  });

  it('is seen over time, and its last look is what the controller concludes from', async () => {
    const from = (await history()).until;
    const days = { from, to: from + 4 * day, rows: 800 };
    await recordTraffic(
      kit.home,
      { version: 1, ...days, seed: 5, unit: (row) => `a${row}` },
      { version: 2, variant: '2', ...days, seed: 6, bias: 1, unit: (row) => `b${row}` },
    );
    await kit.tick();
    const { until, looks } = await history();
    expect(looks.at(-1).at).toBe(until);
    const total = ({ groups }: { groups: { units: number }[] }) => groups.map((group) => group.units);
    const control = looks.map((look: never) => total(look)[0]!);
    expect(control).toEqual(control.toSorted((a: number, b: number) => a - b));
    expect(looks[0].effects).toEqual([]);
    const widths = looks.flatMap(({ effects }: { effects: { low: number; high: number }[] }) =>
      effects.map(({ low, high }) => high - low),
    );
    expect(widths.at(-1)).toBeLessThan(widths[0]);
    const [effect] = looks.at(-1).effects;
    expect(effect).toMatchObject({ variant: 'treatment' });
    expect(effect.low).toBeGreaterThan(0.05);
    const { ended, result } = (await kit.ask('GET', '/v1/experiments/night-shift')).body;
    expect(ended).toMatchObject({ how: 'concluded' });
    const messages = ({ reasons }: { reasons: { message: string }[] }) =>
      reasons.map(({ message }) => message);
    expect(messages(result)).toEqual(messages(looks.at(-1)));
    expect(result.winner).toBe('treatment');
  });
});
