import { systemClock } from '@flightdeck/core';
import { bundleFiles } from '@flightdeck/registry';
import { expect, test } from 'vitest';
import { modelLoader } from './model-loader.ts';
import { registerSum, sigmoid, sumSignature, tamper, temporaryRegistry } from './sum-model.fixture.ts';

const { model, signature, golden, modelCard } = bundleFiles;

test.each([model, signature, golden, modelCard])(
  'a bundle whose %s was changed by one bit is not loaded',
  async (path) => {
    await using state = await temporaryRegistry();
    const version = await registerSum(state.registry);
    await tamper(state.home, version, path);
    await expect(modelLoader(state.registry, systemClock)(version)).rejects.toMatchObject({
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
    'Golden row 0 gives 0.73',
  ],
  [
    'a signature that names another input than the graph',
    { [signature]: JSON.stringify({ ...sumSignature, inputs: sumSignature.inputs.slice(0, 2) }) },
    'SIGNATURE_MISMATCH',
    'model.onnx takes (a: float32, b: float32, origin: string), its signature says (a: float32, b: float32)',
  ],
])('a version with %s is not loaded', async (_name, files, code, message) => {
  await using state = await temporaryRegistry();
  const version = await registerSum(state.registry, { files });
  await expect(modelLoader(state.registry, systemClock)(version)).rejects.toMatchObject({
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
  await expect(modelLoader(state.registry, systemClock)(version)).rejects.toThrow();
});

test('a sound version answers, and says when it was loaded', async () => {
  await using state = await temporaryRegistry();
  const loaded = await modelLoader(
    state.registry,
    () => 1234,
  )(await registerSum(state.registry, { bias: 1 }));
  expect(loaded.loadedAt).toBe(1234);
  const scores = await loaded.score(
    loaded.read([
      { a: 1, b: 1 },
      { a: 1, b: 1, origin: 'ORD' },
    ]),
  );
  expect([...scores]).toEqual([expect.closeTo(sigmoid(3), 6), expect.closeTo(sigmoid(2), 6)]);
  await loaded.retire();
});

test('retiring a model waits for the scoring that was begun', async () => {
  await using state = await temporaryRegistry();
  const loaded = await modelLoader(state.registry, systemClock)(await registerSum(state.registry));
  const events: string[] = [];
  const scored = loaded.score(loaded.read([{ a: 1, b: 1 }])).then(() => events.push('scored'));
  await loaded.retire().then(() => events.push('retired'));
  await scored;
  expect(events).toEqual(['scored', 'retired']);
});
