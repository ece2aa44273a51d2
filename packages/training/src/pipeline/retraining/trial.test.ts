import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Snapshot, TrialRequest } from '../../retraining.ts';
import { openToyWorld, type ToyWorld } from '../../toy-model.fixture.ts';
import { takeSnapshot } from './snapshot.ts';
import { trainTrial } from './trial.ts';
import { loadWeights } from './trial-weights.ts';

let world: ToyWorld;
let snapshot: Snapshot;
beforeAll(async () => {
  world = await openToyWorld();
  const request = { model: 'toy', rows: 10_000, days: null, production: null, seed: 1 };
  snapshot = await takeSnapshot(world.model, request, world.context);
});
afterAll(() => world.close());

const tryOut = (parameters: TrialRequest['parameters'], seed = 1) =>
  trainTrial(world.model, { model: 'toy', snapshot: snapshot.digest, parameters, seed }, world.context);

it('a trial without a snapshot is refused', async () => {
  const request = { model: 'toy', snapshot: '0'.repeat(64), parameters: {}, seed: 1 };
  await expect(trainTrial(world.model, request, world.context)).rejects.toMatchObject({
    code: 'SNAPSHOT_MISSING',
  });
});

it('a trial that is told to stop ends with the reason, and leaves nothing', async () => {
  const signal = AbortSignal.abort(new Error('The trainer stops.'));
  const request = { model: 'toy', snapshot: snapshot.digest, parameters: {}, seed: 1 };
  await expect(trainTrial(world.model, request, { ...world.context, signal })).rejects.toThrow(
    'The trainer stops.',
  );
  expect(await readdir(snapshot.path)).not.toContain('trials');
});

it('a trial whose numbers run away says so, and fails nobody', async () => {
  // Ten thousand per step: the model's schema would refuse it, the arithmetic is what is tried here.
  const result = await tryOut({ learningRate: 1e4, hidden: [64, 64, 64], epochs: 2 });
  expect(result).toMatchObject({ outcome: 'diverged', parameters: { learningRate: 1e4 } });
  expect((result as { problem: string }).problem).toMatch(/NaN|logits/);
});

describe('a trial', () => {
  it('leaves equal weights for equal requests, and others for another seed or parameter', async () => {
    const first = await tryOut({});
    expect(await tryOut({})).toMatchObject({
      weights: weightsIn(first),
      metrics: (first as { metrics: object }).metrics,
    });
    expect(weightsIn(await tryOut({}, 2))).not.toBe(weightsIn(first));
    expect(weightsIn(await tryOut({ l2: 0.1 }))).not.toBe(weightsIn(first));
  });

  it('trains the network that was asked for', async () => {
    const weights = await loadWeights(snapshot.path, weightsIn(await tryOut({ hidden: [5, 3], epochs: 1 })));
    expect(weights.layers.map(({ outputs }) => outputs)).toEqual([5, 3, 1]);
    expect(weights.layers.map(({ weights, bias }) => [weights.length, bias.length])).toEqual([
      [4 * 5, 5],
      [5 * 3, 3],
      [3, 1],
    ]);
  });

  it('learns something', async () => {
    expect(await tryOut({})).toMatchObject({ outcome: 'trained', bestEpoch: 2, backend: 'wasm' });
    const { metrics } = (await tryOut({})) as { metrics: { rocAuc: number; ece: number } };
    expect(metrics.rocAuc).toBeGreaterThan(0.7);
    expect(metrics.ece).toBeLessThan(0.05);
  });
});

describe('weights are refused', () => {
  it('where they are gone, and where they are not what the trial wrote', async () => {
    const digest = weightsIn(await tryOut({}));
    const path = join(snapshot.path, 'trials', `${digest}.json`);
    await writeFile(path, '{}');
    await expect(loadWeights(snapshot.path, digest)).rejects.toMatchObject({ code: 'TRIAL_DAMAGED' });
    await rm(path);
    await expect(loadWeights(snapshot.path, digest)).rejects.toMatchObject({ code: 'TRIAL_MISSING' });
    await tryOut({});
    expect(await readdir(join(snapshot.path, 'trials'))).toContain(`${digest}.json`);
  });
});

function weightsIn(result: Awaited<ReturnType<typeof tryOut>>): string {
  if (result.outcome !== 'trained') throw new Error(result.problem);
  return result.weights;
}
