import { type Database, openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords } from '@flightdeck/monitoring';
import { openRegistry, type Registry } from '@flightdeck/registry';
import { type Experiment, experimentSchema } from '@flightdeck/rollout';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { decisionLog } from '../decision-log.ts';
import { endpointOf } from '../endpoint-of.ts';
import { exclusive } from '../exclusive.ts';
import { readPolicy } from '../policy.ts';
import {
  day,
  freshHome,
  model,
  monday,
  moveAlias,
  recordTraffic,
  registerVersions,
} from '../traffic.fixture.ts';
import { gatherExperiment } from './experiment-data.ts';
import { type Experiments, experiments } from './experiments.ts';

const policy = await readPolicy('/nowhere', model);
const ada = { by: 'ada', why: 'is it worth it?' };

const declare = (more: Partial<Experiment> = {}): Experiment =>
  experimentSchema.parse({
    name: 'e1',
    variants: [
      { name: 'control', target: 'champion', weight: 1 },
      { name: 'treatment', target: '2', weight: 1 },
    ],
    metric: { kind: 'mean', name: 'logLoss', better: 'lower', deviation: 0.5 },
    minimumEffect: 0.1,
    method: 'fixed',
    startsAt: monday,
    ...more,
  });

/** Eight days, in which each variant answers 600 units once; the treatment's scores are worse. */
let home: string;
let database: Database;
let close: () => void;

beforeAll(async () => {
  home = await freshHome();
  const window = { from: monday, to: monday + 8 * day, rows: 600 };
  await recordTraffic(
    home,
    { version: 1, ...window, unit: (row) => `a${row}` },
    { version: 2, variant: '2', ...window, seed: 3, noise: 2, unit: (row) => `b${row}` },
    // Not of the experiment: another version, and one that its callers chose.
    { version: 3, variant: '3', ...window, unit: (row) => `c${row}` },
    { version: 1, variant: 'direct', ...window, rows: 300, unit: (row) => `d${row}` },
  );
  database = await openDatabase();
  ({ close } = await openPredictionRecords(database, { home, model }));
});

afterAll(async () => {
  close?.();
  await database?.close();
});

const scope = (experiment: Experiment, days = 9) => ({
  ...{ experiment, endpoint: model, to: monday + days * day, labelDelayMs: day },
});

describe('what an experiment has seen', () => {
  it('is a number that the log can tell, or it is refused', async () => {
    const metric = { kind: 'mean', name: 'profit', better: 'higher', deviation: 1 } as const;
    const refused = gatherExperiment(database, scope(declare({ metric })));
    await expect(refused).rejects.toMatchObject({
      code: 'EXPERIMENT_INVALID',
      message: expect.stringMatching(/cannot tell profit as a mean.*logLoss \(mean\)/),
    });
    const asShare = { kind: 'proportion', name: 'logLoss', better: 'lower', baseline: 0.2 } as const;
    await expect(gatherExperiment(database, scope(declare({ metric: asShare })))).rejects.toThrow(
      /as a proportion/,
    );
  });

  it('is who was answered by what', async () => {
    const data = await gatherExperiment(database, scope(declare()));
    expect(data).toMatchObject({ control: { units: 600 }, treatment: { units: 600 } });
    const [told] = await database.rows(`select avg(x)::double as mean, var_samp(x)::double as variance from (
      select case label when 1 then -ln(score) else -ln(1 - score) end as x from matured where unit like 'b%')`);
    expect(data.treatment!.mean).toBeCloseTo(told!.mean as number, 10);
    expect(data.treatment!.variance).toBeCloseTo(told!.variance as number, 10);
    expect(data.treatment!.mean).toBeGreaterThan(data.control!.mean + 0.2);
  });

  it('leaves out units whose labels may still come, of all variants alike', async () => {
    const data = await gatherExperiment(database, scope(declare(), 5));
    expect(data.control!.units).toBe(300);
    expect(data.treatment!.units).toBe(300);
  });

  it('counts a unit once, by the variant that it met first, whatever it did', async () => {
    const own = await freshHome();
    const twice = { from: monday, to: monday + day, rows: 200, unit: (row: number) => `u${row % 50}` };
    await recordTraffic(
      own,
      { version: 1, ...twice, failed: 0.4 },
      { version: 2, variant: '2', ...twice, from: monday + day, to: monday + 2 * day },
    );
    const other = await openDatabase();
    const records = await openPredictionRecords(other, { home: own, model });
    const metric = { kind: 'proportion', name: 'failed', better: 'lower', baseline: 0.2 } as const;
    const data = await gatherExperiment(other, scope(declare({ metric })));
    expect(data).toMatchObject({ control: { units: 50 } });
    expect(data.treatment).toBeUndefined();
    expect(data.control!.mean).toBeGreaterThan(0);
    records.close();
    await other.close();
  });

  it('has the moments of a covariate, if the log has it', async () => {
    const data = await gatherExperiment(database, scope(declare({ covariate: 'distance' })));
    expect(data.control!.covariate!.mean).toBeGreaterThan(600);
    expect(data.control!.covariate!.variance).toBeGreaterThan(10_000);
    for (const covariate of ['origin', 'nothing']) {
      const without = await gatherExperiment(database, scope(declare({ covariate })));
      expect(without.control!.covariate).toBeUndefined();
    }
  });
});

describe('an experiment', () => {
  let registry: Registry;
  let now = monday;
  beforeEach(async () => {
    registry = await openRegistry({ home: await freshHome() });
    await registerVersions(registry, 3);
    now = monday;
    return () => registry.close();
  });

  const desk = (over: Registry = registry): Experiments =>
    experiments({
      registry: over,
      decisions: decisionLog(over),
      exclusively: exclusive(),
      timeOf: () => now,
    });
  const look = async (days: number, of = desk()) =>
    of.look(
      await endpointOf(registry, model),
      { read: (_, work) => work(database), now: monday + days * day },
      policy,
    );
  const traffic = async () =>
    (await registry.endpoints.get(model)).traffic.map(({ target, weight }) => `${target} ${weight}`);
  const told = async () =>
    (await registry.decisions.list()).map(({ kind, actor }) => `${actor} ${kind}`).toReversed();
  const fixed = declare({ minimumEffect: 0.15 });

  it('is refused where it cannot be what it says', async () => {
    const metric = { kind: 'mean', name: 'profit', better: 'higher', deviation: 1 } as const;
    const refusals = [
      [desk().start(model, declare({ metric }), ada), 'EXPERIMENT_INVALID'],
      [desk().start('other', fixed, ada), 'ENDPOINT_NOT_FOUND'],
      [
        desk().start(
          model,
          declare({ variants: [fixed.variants[0]!, { name: 'x', target: '9', weight: 1 }] }),
          ada,
        ),
        'VERSION_NOT_FOUND',
      ],
    ] as const;
    for (const [refused, code] of refusals) await expect(refused).rejects.toMatchObject({ code });
    await registry.rollouts.start('r1', model, {});
    await expect(desk().start(model, fixed, ada)).rejects.toMatchObject({ code: 'ROLLOUT_RUNNING' });
    expect([await told(), await traffic()]).toEqual([[], ['champion 1']]);
  });

  it('begins by event time, splits the traffic by its name, and there is no other beside it, nor of its name after', async () => {
    const { experiment } = await desk().start(model, fixed, ada);
    expect(experiment.startsAt).toBe(monday);
    expect(await traffic()).toEqual(['champion 1', '2 1']);
    expect((await registry.endpoints.get(model)).salt).toBe('e1');
    const beside = desk().start(model, { ...fixed, name: 'e2' }, ada);
    await expect(beside).rejects.toMatchObject({ code: 'PROCEDURE_RUNNING' });
    await desk().stop('e1', ada);
    expect(await traffic()).toEqual(['champion 1']);
    await expect(desk().stop('e1', ada)).rejects.toMatchObject({ code: 'EXPERIMENT_ENDED' });
    await expect(desk().start(model, fixed, ada)).rejects.toMatchObject({ code: 'EXPERIMENT_NAME_TAKEN' });
    expect(await told()).toEqual(['ada start-experiment', 'ada stop-experiment']);
  });

  it('of a fixed horizon computes no effect before it is full, then concludes, once', async () => {
    await desk().start(model, fixed, ada);
    await look(3);
    const early = await desk().get('e1');
    expect(early.result!.verdict).toBe('inconclusive');
    expect(early.result!.reasons.map(({ check }) => check)).toEqual(['sample-ratio', 'days', 'units']);
    await look(9);
    const { result, ended, procedure } = await desk().get('e1');
    expect(procedure.status).toBe('concluded');
    expect(result).toMatchObject({ verdict: 'fail', winner: null });
    expect(ended!.why).toMatch(/^No variant is better\. logLoss of treatment is/);
    expect(await traffic()).toEqual(['champion 1']);
    await look(9);
    expect(await told()).toEqual(['ada start-experiment', 'controller conclude-experiment']);
  });

  it('that is sequential goes on until it knows', async () => {
    const sequential = declare({ method: 'sequential', minimumDays: 2 });
    await desk().start(model, sequential, ada);
    await look(1.5);
    expect((await desk().get('e1')).ended).toBeNull();
    await look(9);
    expect((await desk().get('e1')).ended).toMatchObject({ how: 'concluded', by: 'controller' });
  });

  it('whose units come in another ratio than declared is blocked, and the record says so once', async () => {
    const uneven = declare({
      variants: fixed.variants.map((variant, i) => ({ ...variant, weight: i === 0 ? 3 : 1 })),
    });
    await desk().start(model, uneven, ada);
    await look(9);
    await look(9.5);
    const { result, ended } = await desk().get('e1');
    expect(ended).toBeNull();
    expect(result!.reasons[0]).toMatchObject({ check: 'sample-ratio', verdict: 'inconclusive' });
    expect(await told()).toEqual(['ada start-experiment', 'controller block-experiment']);
  });

  it('ends where another version answers for a variant', async () => {
    await desk().start(model, fixed, ada);
    await moveAlias(registry, 'champion', 3);
    await look(4);
    const { ended } = await desk().get('e1');
    expect(ended).toMatchObject({
      how: 'stopped',
      why: expect.stringContaining('control was answered by version 1 and is by version 3 now'),
    });
    expect(await traffic()).toEqual(['champion 1']);
  });

  it('whose controller is killed between any two writes ends the same', async () => {
    const worlds: unknown[] = [];
    for (let writes = 0; ; writes++) {
      await registry.close();
      registry = await openRegistry({ home: await freshHome() });
      await registerVersions(registry, 3);
      let left = writes;
      let wasKilled = false;
      const mortal =
        <Given extends unknown[], Result>(work: (...given: Given) => Promise<Result>) =>
        async (...given: Given) => {
          if (left-- > 0) return work(...given);
          wasKilled = true;
          throw new Error('killed');
        };
      const { experiments: kept, endpoints, decisions } = registry;
      const dying = {
        ...registry,
        experiments: { ...kept, start: mortal(kept.start), save: mortal(kept.save) },
        endpoints: { ...endpoints, put: mortal(endpoints.put) },
        decisions: { ...decisions, append: mortal(decisions.append) },
      };
      const first = desk(dying);
      const alive = () => (wasKilled ? desk() : first);
      const begin = () => alive().start(model, fixed, ada);
      await begin()
        .catch(begin)
        .catch((error: { code?: string }) => expect(error.code).toMatch(/NAME_TAKEN/));
      for (const days of [3, 9, 9]) await look(days, alive()).catch(() => look(days, desk()));
      worlds.push([await told(), await traffic(), (await desk().get('e1')).procedure.status]);
      expect(worlds.at(-1)).toEqual([
        ['ada start-experiment', 'controller conclude-experiment'],
        ['champion 1'],
        'concluded',
      ]);
      if (!wasKilled) break;
    }
    expect(worlds.length).toBeGreaterThan(6);
  });
});
