import { openModel } from '@flightdeck/onnx';
import {
  bundleFiles,
  goldenRowsSchema,
  openRegistry,
  type ScoreGoldenRows,
  signatureSchema,
} from '@flightdeck/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecalibrationRequest, recalibrationRequestSchema } from '../../retraining.ts';
import { dayOf, openToyWorld, type ToyWorld } from '../../toy-model.fixture.ts';
import { concludeTrials } from '../retraining/conclude-trials.ts';
import { takeSnapshot } from '../retraining/snapshot.ts';
import { trainTrial } from '../retraining/trial.ts';
import { recalibrateVersion } from './recalibrate-version.ts';

let world: ToyWorld;
let drifted: string;
/** Version 1 is the champion, trained before the world changed on day 40. */
beforeAll(async () => {
  world = await openToyWorld();
  const { model, context } = world;
  const snapshot = await takeSnapshot(
    model,
    { model: 'toy', rows: 10_000, days: null, production: null, seed: 1 },
    context,
  );
  const trials = [
    await trainTrial(model, { model: 'toy', snapshot: snapshot.digest, parameters: {}, seed: 1 }, context),
  ];
  await concludeTrials(model, { ...asked, runId: 'run-1', snapshot, trials, promote: true }, context);
  drifted = await world.writeMatured('drifted', 40, 56);
});
afterAll(() => world.close());

const asked = { model: 'toy', actor: 'test', reason: 'the calibration has drifted', seed: 1 };

const recalibrate = (changes: Partial<RecalibrationRequest> = {}) =>
  recalibrateVersion(
    world.model,
    recalibrationRequestSchema.parse({
      ...asked,
      runId: 'run-2',
      version: 1,
      production: drifted,
      promote: false,
      ...changes,
    }),
    world.context,
  );

async function openBundle(version: number) {
  const registry = await openRegistry(world.context);
  const found = await registry.versions.get('toy', version);
  const bundle = await registry.versions.open(found);
  const json = async (file: string) => JSON.parse(Buffer.from(await bundle.read(file)).toString());
  await registry.close();
  return { version: found, read: bundle.read, json };
}

describe('a recalibration is refused', () => {
  it('of a version that is not there', async () => {
    await expect(recalibrate({ version: 9 })).rejects.toMatchObject({ code: 'VERSION_NOT_FOUND' });
  });

  it('from a file that is not there', async () => {
    const production = '/no/such.parquet';
    await expect(recalibrate({ production })).rejects.toMatchObject({ code: 'PRODUCTION_ROWS_MISSING' });
  });

  it('without rows to fit on or to judge by, and the run says so', async () => {
    const production = await world.writeMatured('short', 40, 42);
    await expect(recalibrate({ production, runId: 'run-short' })).rejects.toThrow(
      /has 0 matured rows to fit/,
    );
    const registry = await openRegistry(world.context);
    expect(await registry.runs.get('run-short')).toMatchObject({
      status: 'failed',
      error: { code: 'TOO_FEW_ROWS' },
    });
    await registry.close();
  });

  it('where all labels were turned round: no calibration mends an order that is wrong', async () => {
    const production = await world.writeMatured('poisoned', 40, 56, { label: '1 - label' });
    await expect(recalibrate({ production })).rejects.toMatchObject({
      code: 'RANKING_REVERSED',
      message: expect.stringContaining('slope -'),
    });
  });

  it('by the gate, where nothing has drifted: no alias moves', async () => {
    const production = await world.writeMatured('quiet', 30, 41);
    const result = await recalibrate({ production, runId: 'run-quiet' });
    expect(result).toMatchObject({ gate: { verdict: 'inconclusive' }, promoted: false });
    expect(result.gate.reasons.join('\n')).toMatch(/log loss .* against .* of champion/);
  });

  it('by the gate, on fewer rows a day than the policy asks for', async () => {
    const production = await world.writeMatured('thin', 40, 56, {
      time: 'case when served.id % 8 = 0 then time else 0 end',
    });
    const result = await recalibrate({ production, runId: 'run-thin' });
    expect(result.gate.reasons).toContainEqual(
      expect.stringMatching(/^750 rows on 3 days are too few: .* 3,000 rows on 3 days/),
    );
    expect(result.gate.verdict).toBe('inconclusive');
  });
});

describe('a recalibration of what has drifted', () => {
  it('passes on later rows than it was fitted on, and becomes challenger', async () => {
    const result = await recalibrate();
    expect(result).toMatchObject({ of: 1, promoted: false, gate: { verdict: 'pass' } });
    expect(result).toMatchObject({
      from: dayOf(45),
      until: dayOf(55),
      rows: { fit: 7 * 2000 - 248, test: 3 * 2000 },
    });
    const { network, champion } = result.test;
    expect(champion.metrics.ece.value).toBeGreaterThan(0.1);
    expect(network.metrics.ece.value).toBeLessThan(0.03);
    expect(network.metrics.rocAuc.value).toBeCloseTo(champion.metrics.rocAuc.value, 6);
    expect(result.calibration.after.intercept).toBeLessThan(result.calibration.before.intercept - 0.8);
    expect(result.gate.reasons[1]).toMatch(/keeps the order of all rows/);

    const registry = await openRegistry(world.context);
    const places = (await registry.aliases.list('toy')).map(({ alias, to }) => [alias, to]);
    expect(Object.fromEntries(places)).toEqual({ champion: 1, challenger: result.version });
    expect(await registry.runs.get('run-2')).toMatchObject({
      status: 'finished',
      parameters: { recalibrationOf: 1 },
    });
    await registry.close();
  });

  it('is safe to repeat, also after it has been promoted itself', async () => {
    const first = await recalibrate();
    const registry = await openRegistry(world.context);
    const versions = (await registry.versions.list('toy')).length;
    expect(await recalibrate({ promote: true })).toMatchObject({ version: first.version, promoted: true });
    expect(await recalibrate({ promote: true })).toMatchObject({ version: first.version, gate: first.gate });
    expect(await registry.versions.list('toy')).toHaveLength(versions);
    await registry.close();
  });

  it('shares the network: the file differs in the eight bytes of two numbers at most', async () => {
    const { version } = await recalibrate();
    const [before, after] = await Promise.all([openBundle(1), openBundle(version!)]);
    const [old, recalibrated] = [await before.read(bundleFiles.model), await after.read(bundleFiles.model)];
    const differing = old.filter((byte, index) => byte !== recalibrated[index]).length;
    expect(recalibrated).toHaveLength(old.length);
    expect(differing).toBeGreaterThan(0);
    expect(differing).toBeLessThanOrEqual(8);
  });

  it('has a bundle of its own: golden rows, signature, profile of the score, evaluation and card', async () => {
    const { version, test } = await recalibrate();
    const [before, after] = await Promise.all([openBundle(1), openBundle(version!)]);
    expect(after.version.files.map(({ path }) => path)).toEqual(Object.values(bundleFiles).sort());
    expect(after.version.metrics.ece).toBe(test.network.metrics.ece.value);

    const [old, profile] = [
      await before.json(bundleFiles.referenceProfile),
      await after.json(bundleFiles.referenceProfile),
    ];
    expect(profile.features).toEqual(old.features);
    expect(profile.score.mean).toBeLessThan(old.score.mean - 0.1);
    expect(await after.json(bundleFiles.features)).toEqual(await before.json(bundleFiles.features));

    const signature = signatureSchema.parse(await after.json(bundleFiles.signature));
    expect(signature).toMatchObject({ kind: 'score', threshold: test.network.threshold });
    const golden = goldenRowsSchema.parse(await after.json(bundleFiles.golden)) as ScoreGoldenRows;
    const model = await openModel(await after.read(bundleFiles.model));
    const columns = Object.fromEntries(
      ['x', 'load_1h'].map((name) => [
        name,
        Float32Array.from(golden.rows, ({ input }) => Number(input[name] ?? Number.NaN)),
      ]),
    );
    const depots = golden.rows.map(({ input }) => String(input.depot ?? ''));
    const answers = await model.run({ ...columns, depot: depots }, golden.rows.length);
    await model.release();
    for (const [row, { probability }] of golden.rows.entries())
      expect(answers[row]).toBeCloseTo(probability, 5);

    const card = Buffer.from(await after.read(bundleFiles.modelCard)).toString();
    expect(card).toMatch(
      /This is a recalibration of version 1: the same network, .* from 2020-02-15 to 2020-02-21/,
    );
  });
});

it('a recalibration of an imported model is refused', async () => {
  const registry = await openRegistry(world.context);
  await registry.runs.start({ id: 'import', model: 'toy', parameters: {}, lineage: {} });
  const tensor = { name: 'a', type: 'float32', shape: ['rows'] };
  const { version } = await registry.versions.register({
    model: 'toy',
    runId: 'import',
    files: {
      [bundleFiles.signature]: JSON.stringify({ kind: 'tensors', inputs: [tensor], outputs: [tensor] }),
    },
    metrics: {},
    gate: { verdict: 'inconclusive', reasons: [] },
    createdBy: 'test',
  });
  await registry.close();
  await expect(recalibrate({ version })).rejects.toMatchObject({ code: 'RECALIBRATION_IMPOSSIBLE' });
});
