import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFiles, openRegistry, type Registry } from '@flightdeck/registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConclusionRequest, Snapshot, SnapshotRequest, TrialResult } from '../../retraining.ts';
import { contextOf, openToyWorld, type ToyWorld } from '../../toy-model.fixture.ts';
import type { TrainingContext } from '../stages.ts';
import { concludeTrials } from './conclude-trials.ts';
import { takeSnapshot } from './snapshot.ts';
import { trainTrial } from './trial.ts';

let world: ToyWorld;
/** A retraining on history alone, as far as its conclusion. */
let base: Prepared;
beforeAll(async () => {
  world = await openToyWorld();
  base = await prepare(world.context, {}, [{ learningRate: 1e-5 }, {}, { learningRate: 1e-4 }]);
});
afterAll(() => world.close());

interface Prepared {
  readonly snapshot: Snapshot;
  readonly trials: readonly TrialResult[];
}

async function prepare(
  context: TrainingContext,
  changes: Partial<SnapshotRequest>,
  parameters: object[] = [{}],
): Promise<Prepared> {
  const request = { model: 'toy', rows: 10_000, days: null, production: null, seed: 1, ...changes };
  const snapshot = await takeSnapshot(world.model, request, context);
  const trials: TrialResult[] = [];
  for (const each of parameters) {
    const trial = { model: 'toy', snapshot: snapshot.digest, parameters: each, seed: 1 };
    trials.push(await trainTrial(world.model, trial, context));
  }
  return { snapshot, trials };
}

/** A state directory of its own, with what the first two stages left there. */
async function openHome(name: string) {
  const context = contextOf(join(world.folder, name));
  await cp(world.context.home, context.home, { recursive: true });
  const registry: Registry = await openRegistry(context);
  return {
    ...{ context, registry },
    conclude: ({ snapshot, trials }: Prepared, changes: Partial<ConclusionRequest> = {}) =>
      concludeTrials(world.model, { ...asked, snapshot, trials: [...trials], ...changes }, context),
    aliases: async () =>
      Object.fromEntries((await registry.aliases.list('toy')).map(({ alias, to }) => [alias, to])),
  };
}
const asked = { runId: 'run-1', model: 'toy', seed: 1, actor: 'test', reason: 'to see it', promote: false };

describe('a conclusion fails, with no version and a run that says why,', () => {
  it('when every trial diverged', async () => {
    const { conclude, registry } = await openHome('diverged');
    const trials: TrialResult[] = [{ outcome: 'diverged', parameters: {}, problem: 'NaN' }];
    await expect(conclude({ ...base, trials })).rejects.toMatchObject({ code: 'TRIALS_DIVERGED' });
    const error = { code: 'TRIALS_DIVERGED', message: expect.stringContaining('None of 1 trials') };
    expect(await registry.runs.get('run-1')).toMatchObject({ status: 'failed', error });
    expect(await registry.models.list()).toEqual([]);
    await registry.close();
  });

  it('when the weights of the best trial are gone, or the snapshot', async () => {
    const { conclude, context, registry } = await openHome('gone');
    const snapshot = join(context.home, 'snapshots', 'toy', base.snapshot.digest);
    await rm(join(snapshot, 'trials'), { recursive: true });
    await expect(conclude(base)).rejects.toMatchObject({ code: 'TRIAL_MISSING' });
    await rm(snapshot, { recursive: true });
    await expect(conclude(base)).rejects.toMatchObject({ code: 'SNAPSHOT_MISSING' });
    expect(await registry.models.list()).toEqual([]);
    await registry.close();
  });
});

describe('production rows with all their labels turned round', () => {
  it('are found by the calibration, where the network learnt from others', async () => {
    const production = await world.writeMatured('reversed', 40, 56, { label: '1 - label' });
    const prepared = prepare(contextOf(join(world.folder, 'reversed')), { production });
    await expect(prepared).rejects.toMatchObject({ code: 'RANKING_REVERSED' });
  });

  it('are found by the champion, where the network learnt from them too', async () => {
    const { conclude, context, registry } = await openHome('learnt');
    await conclude(base, { promote: true });
    const production = await world.writeMatured('learnt', 33, 56, { label: '1 - label' });
    const learnt = await prepare(context, { production, days: 8 });
    const result = await conclude(learnt, { runId: 'run-2' });
    expect(result.test.network.metrics.rocAuc.value).toBeGreaterThan(0.7);
    expect(result).toMatchObject({ version: null, gate: { verdict: 'fail' } });
    expect(result.gate.reasons.at(-1)).toMatch(/^The champion ranks these 10000 rows worse than chance/);
    await registry.close();
  });
});

describe('a conclusion', () => {
  it('takes the best trial on the validation rows, makes it challenger with its evidence, and can be repeated', async () => {
    const { conclude, registry } = await openHome('best');
    const { snapshot, trials } = base;
    const first = await conclude(base);
    expect(first).toMatchObject({ version: 1, promoted: false, datasetVersion: snapshot.digest });
    const { seconds } = trials[1] as { seconds: number };
    expect(first.seconds).toMatchObject({ ...snapshot.seconds, train: seconds });
    const second = await conclude(base);
    expect(second).toMatchObject({ version: 1, test: first.test, gate: first.gate });

    const moves = await registry.aliases.transitions('toy', 'challenger');
    const evidence = { runId: 'run-1', gate: { verdict: 'pass' } };
    expect(moves).toMatchObject([{ to: 1, actor: 'test', reason: 'to see it', evidence }]);
    expect(await registry.aliases.transitions('toy', 'champion')).toEqual([]);
    const { parameters, lineage } = await registry.runs.get('run-1');
    expect(lineage).toMatchObject({ datasetVersion: snapshot.digest, backend: 'wasm' });
    const tried = trials.map((trial) => ({ parameters: trial.parameters }));
    expect(parameters).toMatchObject({
      snapshot: snapshot.digest,
      trials: tried,
      declared: { epochs: expect.any(Number) },
    });
    const [version, ...others] = await registry.versions.list('toy');
    expect(others).toEqual([]);
    expect(version!.files.map(({ path }) => path)).toEqual(Object.values(bundleFiles).sort());
    await registry.versions.verify(version!);
    await registry.close();
  });

  it('compares with the champion on fresh rows that neither has seen, and says where it cannot', async () => {
    const { conclude, context, registry, aliases } = await openHome('fresh');
    expect(await conclude(base, { promote: true })).toMatchObject({ version: 1, promoted: true });
    const fresh = await prepare(context, { production: await world.writeMatured('fresh', 40, 56) });
    const result = await conclude(fresh, { runId: 'run-2' });
    expect(result).toMatchObject({ version: 2, promoted: false, rows: { test: 10_000 } });
    const { network, champion } = result.test;
    expect(champion!.rowsDigest).toBe(network.rowsDigest);
    // The world has changed. The champion does not know; the new network was calibrated on a week of it.
    expect(champion!.metrics.ece.value).toBeGreaterThan(0.1);
    expect(network.metrics.ece.value).toBeLessThan(0.05);
    expect(result.gate.reasons[0]).toMatch(/^Tested on 10000 matured production rows/);
    expect(await aliases()).toEqual({ champion: 1, challenger: 2 });

    // Back to the model's own test period, which the new champion has trained on.
    await conclude(fresh, { runId: 'run-2', promote: true });
    const unfair = await conclude(base, { runId: 'run-3' });
    expect(unfair).toMatchObject({ promoted: false, gate: { verdict: 'inconclusive' } });
    expect(unfair.gate.reasons.at(-1)).toMatch(/^Champion v2 could not be scored .* rows until 2020-02-20/);
    expect(await aliases()).toEqual({ champion: 2, challenger: 2 });
    await registry.close();
  });
});
