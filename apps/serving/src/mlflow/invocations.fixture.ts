// Servers for the tests of /invocations: one data plane with a model of every kind, and an app for each that answers it.

import { addModel, identityModel, lookupModel, sequenceModel, toyModel } from '@flightdeck/onnx/fixtures';
import { expect } from 'vitest';
import { buildApp } from '../app.ts';
import type { HttpServer } from '../http/http-server.ts';
import { promoteSum, serve, temporaryRegistry } from '../sum-model.fixture.ts';
import { promoteGraph } from '../toy-models.fixture.ts';

interface Answer {
  readonly status: number;
  readonly body: {
    readonly predictions?: unknown;
    readonly code?: string;
    readonly error_code?: string;
    readonly message?: string;
  };
  readonly id: unknown;
}

/** `invoke` asks the app on which `model` was chosen; on the one called '' none was. */
export async function scoringServers() {
  const state = await temporaryRegistry();
  const { registry } = state;
  await promoteSum(registry);
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
  await promoteGraph(registry, 'people', peopleModel(), [
    {
      inputs: { age: [1], city: ['x'], member: [true] },
      outputs: { twice: [2], place: ['x'], paid: [true] },
    },
  ]);
  await promoteGraph(registry, 'single', singleModel(), [
    { inputs: { x: [1, 2, 3] }, outputs: { twice: [2, 4, 6] } },
  ]);
  const serving = await serve(registry);
  expect(await serving.converge()).toHaveLength(7);
  const { plane, metrics, features, labels } = serving;
  const apps = new Map<string, HttpServer>();
  for (const name of ['', 'unheard-of', 'sum', 'add', 'lookup', 'sequence', 'identity', 'people', 'single']) {
    const app = await buildApp({
      plane,
      metrics,
      features,
      labels,
      invocationsModel: name === '' ? null : name,
      maxInstances: 10,
      defaultTimeoutMs: 5000,
      maxBodyBytes: 100_000,
      logger: false,
    });
    apps.set(name, app);
  }
  const appOf = (model: string) => apps.get(model)!;

  async function invoke(
    model: string,
    payload: object | string | Buffer,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const answer = await appOf(model).inject({
      method: 'POST',
      url: '/invocations',
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });
    return { status: answer.statusCode, body: answer.json(), id: answer.headers['x-request-id'] };
  }

  return {
    registry,
    appOf,
    invoke,
    csv: (model: string, payload: string | Buffer) => invoke(model, payload, { 'content-type': 'text/csv' }),
    async close() {
      for (const app of apps.values()) await app.close();
      await serving[Symbol.asyncDispose]();
      await state[Symbol.asyncDispose]();
    },
  };
}

export async function expectRefusal(answer: Promise<Answer>, code: string, message: string, status = 400) {
  const { status: found, body } = await answer;
  expect({ status: found, code: body.code }, body.message).toEqual({ status, code });
  expect(body.message).toContain(message);
}

/** One value a row and input, as scikit-learn's exports have them. */
function peopleModel(): Uint8Array {
  const shape = ['batch', 1];
  return toyModel({
    inputs: [
      { name: 'age', type: 'float32', shape },
      { name: 'city', type: 'string', shape },
      { name: 'member', type: 'bool', shape },
    ],
    outputs: [
      { name: 'twice', type: 'float32', shape },
      { name: 'place', type: 'string', shape },
      { name: 'paid', type: 'bool', shape },
    ],
    nodes: [
      { operator: 'Add', inputs: ['age', 'age'], outputs: ['twice'] },
      { operator: 'Identity', inputs: ['city'], outputs: ['place'] },
      { operator: 'Identity', inputs: ['member'], outputs: ['paid'] },
    ],
  });
}

/** One row at a time, and so nothing to batch: what PyTorch exports where no dimension is declared open. */
function singleModel(): Uint8Array {
  const shape = [1, 3];
  return toyModel({
    inputs: [{ name: 'x', type: 'float32', shape }],
    outputs: [{ name: 'twice', type: 'float32', shape }],
    nodes: [{ operator: 'Add', inputs: ['x', 'x'], outputs: ['twice'] }],
  });
}

/** A line of CSV with every string in quotes. */
export function csvLine(cells: readonly (string | number | null)[]): string {
  const written = cells.map((cell) =>
    typeof cell === 'string' ? `"${cell.replaceAll('"', '""')}"` : (cell ?? ''),
  );
  return `${written.join(',')}\n`;
}
