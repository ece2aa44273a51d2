// A server with models whose answers are obvious, and the calls that the protocol's tests make to it.

import type { TensorType } from '@flightdeck/onnx';
import { addModel, identityModel, lookupModel, sequenceModel } from '@flightdeck/onnx/fixtures';
import type { Registry, TensorGoldenRows } from '@flightdeck/registry';
import type { InjectOptions } from 'fastify';
import { promoteSum, type ServeOptions, serve, temporaryRegistry } from '../sum-model.fixture.ts';
import { promoteGraph } from '../toy-models.fixture.ts';
import { everyType } from './tensors.fixture.ts';

/** `add`, `lookup`, `sequence` and `sum`, and `identity` (an input and an equal output, two columns wide, of each type; `halves` of FP16 alone). */
export async function serveModels(options: ServeOptions = {}) {
  const state = await temporaryRegistry();
  await promoteModels(state.registry);
  const serving = await serve(state.registry, { memoryBudgetBytes: 2 ** 30, ...options });
  await serving.converge();
  const dispose = async () => {
    await serving[Symbol.asyncDispose]();
    await state[Symbol.asyncDispose]();
  };
  const call = (method: 'GET' | 'POST', url: string, options: InjectOptions = {}) =>
    serving.app.inject({ method, url, ...options });
  return {
    ...serving,
    ...state,
    get: (url: string) => call('GET', url),
    post: (url: string, payload?: object, headers = {}) =>
      call('POST', url, { headers, ...(payload && { payload }) }),
    /** JSON of an inference request, and binary data behind it. */
    inferBinary(model: string, json: object, bytes: Buffer, headers = {}) {
      const head = Buffer.from(JSON.stringify(json));
      return call('POST', `/v2/models/${model}/infer`, {
        payload: Buffer.concat([head, bytes]),
        headers: { [lengthHeader]: String(head.length), ...headers },
      });
    },
    [Symbol.asyncDispose]: dispose,
  };
}

export type ServedModels = Awaited<ReturnType<typeof serveModels>>;

export const lengthHeader = 'inference-header-content-length';

async function promoteModels(registry: Registry): Promise<void> {
  await promoteSum(registry);
  await promoteGraph(registry, 'add', addModel(), [
    { inputs: { a: [1, 2, 3], b: [1, 1, 1] }, outputs: { sum: [2, 3, 4], difference: [0, 1, 2] } },
  ]);
  await promoteGraph(registry, 'lookup', lookupModel(), [{ inputs: { index: 3 }, outputs: { value: 30 } }]);
  await promoteGraph(registry, 'sequence', sequenceModel(), [
    { inputs: { sequence: [1, 2] }, outputs: { mean: [1.5] } },
  ]);
  await promoteGraph(registry, 'identity', identityModel(everyType), [pairs(everyType)]);
  await promoteGraph(registry, 'halves', identityModel(['float16']), [pairs(['float16'])]);
}

/** A golden row of an identity model. */
function pairs(types: readonly TensorType[]): TensorGoldenRows['rows'][number] {
  const pair = (type: TensorType) =>
    type === 'bool' ? [true, false] : type === 'string' ? ['a', 'b'] : [1, 2];
  const named = (prefix: string) =>
    Object.fromEntries(types.map((type) => [`${prefix}_${type}`, pair(type)]));
  return { inputs: named('in'), outputs: named('out') };
}
