// Imported models on /v1, over HTTP.

import { addModel, identityModel, lookupModel, sequenceModel } from '@flightdeck/onnx/fixtures';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve, temporaryRegistry } from '../sum-model.fixture.ts';
import { promoteGraph } from '../toy-models.fixture.ts';

let state: Awaited<ReturnType<typeof temporaryRegistry>>;
let serving: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  state = await temporaryRegistry();
  const { registry } = state;
  await promoteGraph(registry, 'add', addModel(), [
    { inputs: { a: [1, 2, 3], b: [1, 1, 1] }, outputs: { sum: [2, 3, 4], difference: [0, 1, 2] } },
  ]);
  await promoteGraph(registry, 'lookup', lookupModel(), [{ inputs: { index: 3 }, outputs: { value: 30 } }]);
  await promoteGraph(registry, 'sequence', sequenceModel(), [
    { inputs: { sequence: [1, 2] }, outputs: { mean: [1.5] } },
  ]);
  await promoteGraph(registry, 'identity', identityModel(['int64', 'bool', 'string']), [
    {
      inputs: { in_int64: [1, 2], in_bool: [true, false], in_string: ['a', 'b'] },
      outputs: { out_int64: [1, 2], out_bool: [true, false], out_string: ['a', 'b'] },
    },
  ]);
  serving = await serve(registry);
  expect(await serving.converge()).toHaveLength(4);
});

afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await state[Symbol.asyncDispose]();
});

async function predict(model: string, payload: object) {
  const answer = await serving.app.inject({ method: 'POST', url: `/v1/models/${model}/predict`, payload });
  return { status: answer.statusCode, ...(answer.json() as { error?: unknown }) };
}

describe('an instance', () => {
  test.each([
    ['that lacks an input', 'add', { a: [1, 2, 3] }, 'INPUT_INVALID', 'Instance 0 lacks input "b"'],
    ['with an unknown input', 'add', { a: 1, b: 1, c: 1 }, 'UNKNOWN_FIELD', 'no field "c"'],
    ['that is a list', 'add', [1, 2, 3], 'WRONG_TYPE', 'expected an object'],
    ['with a row of another length', 'add', { a: [1, 2], b: [1, 2, 3] }, 'INPUT_INVALID', 'shape [1, 3]'],
    ['with a text for a number', 'add', { a: ['x', 2, 3], b: [1, 2, 3] }, 'INPUT_INVALID', '"x"'],
    ['with half an integer', 'lookup', { index: 1.5 }, 'INPUT_INVALID', 'whole number'],
    ['on which the model fails', 'lookup', { index: 99 }, 'MODEL_FAILED_ON_INPUT', 'out of data bounds'],
  ])('%s is refused', async (_name, model, instance, code, message) => {
    const { status, error } = await predict(model, { instance });
    expect({ status, error }).toMatchObject({
      status: 400,
      error: { code, message: expect.stringContaining(message) },
    });
  });

  test('has one value per output, in the shape of a row', async () => {
    expect(await predict('add', { instance: { a: [1, 2, 3], b: [10, 20, 30] } })).toMatchObject({
      status: 200,
      model: 'add',
      prediction: { outputs: { sum: [11, 22, 33], difference: [-9, -18, -27] } },
    });
  });

  test('is answered in the order it came', async () => {
    const instances = [3, 0, 7, 7].map((index) => ({ index }));
    expect(await predict('lookup', { instances })).toMatchObject({
      predictions: [30, 0, 70, 70].map((value) => ({ outputs: { value } })),
    });
  });

  test('may be of any length where the graph leaves it open', async () => {
    const instances = [{ sequence: [1, 2, 3] }, { sequence: [4, 5, 6] }];
    expect(await predict('sequence', { instances })).toMatchObject({
      predictions: [{ outputs: { mean: 2 } }, { outputs: { mean: 5 } }],
    });
  });

  test('may hold whole numbers, booleans and strings', async () => {
    const instance = { in_int64: [7, -7], in_bool: [false, true], in_string: ['', 'ü'] };
    expect(await predict('identity', { instance })).toMatchObject({
      prediction: { outputs: { out_int64: [7, -7], out_bool: [false, true], out_string: ['', 'ü'] } },
    });
  });
});
