import { type Clock, systemClock } from '@flightdeck/core';
import { bundleFiles, type ModelVersion, type Registry } from '@flightdeck/registry';
import { expect, test } from 'vitest';
import {
  registerSum,
  sigmoid,
  sumSignature,
  tamper,
  temporaryRegistry,
  testLimits,
} from '../sum-model.fixture.ts';
import { type LoadedModel, modelLoader } from './model-loader.ts';

const { model, signature, golden, modelCard } = bundleFiles;

function load(registry: Registry, version: ModelVersion, clock: Clock = systemClock): Promise<LoadedModel> {
  const lookupOf = async () => null;
  return modelLoader({ registry, clock, limits: testLimits, maxModelBytes: 100_000, lookupOf })(version);
}

/** The probabilities that /v1 would give. */
async function score(loaded: LoadedModel, instances: readonly unknown[]): Promise<number[]> {
  const { rows, predictions } = await loaded.domain.read(instances);
  const { outputs } = await loaded.runtime.infer({ rows, deadline: performance.now() + 10_000 });
  return predictions(outputs, { idPrefix: '', version: 1 }).map((prediction) =>
    'probability' in prediction ? prediction.probability : -1,
  );
}

test.each([model, signature, golden, modelCard])(
  'a bundle whose %s was changed by one bit is not loaded',
  async (path) => {
    await using state = await temporaryRegistry();
    const version = await registerSum(state.registry);
    await tamper(state.home, version, path);
    await expect(load(state.registry, version)).rejects.toMatchObject({
      code: 'BUNDLE_TAMPERED',
    });
  },
);

test.each([
  ['a signature that is not JSON', { [signature]: '{' }, 'BUNDLE_FILE_INVALID', 'signature.json'],
  ['a signature without inputs', { [signature]: '{}' }, 'BUNDLE_FILE_INVALID', 'signature.json'],
  [
    'golden rows without a row',
    { [golden]: '{"tolerance":1e-5,"rows":[]}' },
    'BUNDLE_FILE_INVALID',
    'golden.json',
  ],
  [
    'a golden row that the model answers differently',
    { [golden]: '{"tolerance":1e-5,"rows":[{"input":{"a":0,"b":0,"origin":"ATL"},"probability":0.5}]}' },
    'GOLDEN_ROW_FAILED',
    'Golden row 0 gives probability 0.73',
  ],
  [
    'a signature that names another input than the graph',
    { [signature]: JSON.stringify({ ...sumSignature, inputs: sumSignature.inputs.slice(0, 2) }) },
    'SIGNATURE_MISMATCH',
    'The model takes (a: float32, b: float32, origin: string)',
  ],
])('a version with %s is not loaded', async (_name, files, code, message) => {
  await using state = await temporaryRegistry();
  const version = await registerSum(state.registry, { files });
  await expect(load(state.registry, version)).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
});

test.each([
  ['is no ONNX at all', (): Uint8Array => Buffer.from('not a model')],
  ['is empty', (): Uint8Array => new Uint8Array()],
])('a version whose model file %s is not loaded', async (_name, bytes) => {
  await using state = await temporaryRegistry();
  const version = await registerSum(state.registry, { files: { [model]: bytes() } });
  await expect(load(state.registry, version)).rejects.toThrow();
});

test('a version whose model file is over the limit is not loaded', async () => {
  await using state = await temporaryRegistry();
  const version = await registerSum(state.registry, { files: { [model]: new Uint8Array(100_001) } });
  await expect(load(state.registry, version)).rejects.toMatchObject({
    code: 'MODEL_TOO_LARGE',
    message: expect.stringContaining('SERVING_MAX_MODEL_BYTES'),
  });
});

test('a sound version answers, and says when it was loaded', async () => {
  await using state = await temporaryRegistry();
  const loaded = await load(state.registry, await registerSum(state.registry, { bias: 1 }), () => 1234);
  expect(loaded.loadedAt).toBe(1234);
  const scores = await score(loaded, [
    { a: 1, b: 1 },
    { a: 1, b: 1, origin: 'ORD' },
  ]);
  expect(scores).toEqual([expect.closeTo(sigmoid(3), 6), expect.closeTo(sigmoid(2), 6)]);
  await loaded.runtime.retire();
});

test('retiring a model waits for the scoring that was begun', async () => {
  await using state = await temporaryRegistry();
  const loaded = await load(state.registry, await registerSum(state.registry));
  const events: string[] = [];
  const { rows } = await loaded.domain.read([{ a: 1, b: 1 }]);
  const scored = loaded.runtime
    .infer({ rows, deadline: performance.now() + 10_000 })
    .then(() => events.push('scored'));
  await loaded.runtime.retire().then(() => events.push('retired'));
  await scored;
  expect(events).toEqual(['scored', 'retired']);
});
