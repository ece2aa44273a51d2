// The public protocol's requirements, one by one, over a real socket: every one of them, the recommended ones too.

import type { AddressInfo } from 'node:net';
import { reportText, runConformance } from '@flightdeck/oip-conformance';
import { addModel, identityModel, lookupModel, sequenceModel } from '@flightdeck/onnx/fixtures';
import { expect, test } from 'vitest';
import { promoteSum, serve, temporaryRegistry } from '../sum-model.fixture.ts';
import { promoteGraph } from '../toy-models.fixture.ts';

const everyType = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
] as const;

test('serving keeps the Open Inference Protocol, with models of every datatype', async () => {
  await using state = await temporaryRegistry();
  const { registry } = state;
  await promoteSum(registry);
  await promoteGraph(registry, 'add', addModel(), [
    { inputs: { a: [1, 2, 3], b: [1, 1, 1] }, outputs: { sum: [2, 3, 4], difference: [0, 1, 2] } },
  ]);
  await promoteGraph(registry, 'lookup', lookupModel(), [{ inputs: { index: 3 }, outputs: { value: 30 } }]);
  await promoteGraph(registry, 'sequence', sequenceModel(), [
    { inputs: { sequence: [1, 2] }, outputs: { mean: [1.5] } },
  ]);
  for (const type of everyType) {
    const value = type === 'string' ? ['a', 'b'] : type === 'bool' ? [true, false] : [1, 2];
    const golden = { inputs: { [`in_${type}`]: value }, outputs: { [`out_${type}`]: value } };
    await promoteGraph(registry, `identity-${type}`, identityModel([type]), [golden]);
  }
  await using serving = await serve(registry, { memoryBudgetBytes: 1e9 });
  await serving.converge();
  await serving.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = serving.app.server.address() as AddressInfo;

  const results = await runConformance({ baseUrl: `http://127.0.0.1:${port}`, admin: true });
  const failed = results.filter(({ status }) => status === 'fail');
  expect(failed, reportText(results)).toEqual([]);
  expect(results.filter(({ status }) => status === 'pass').length).toBeGreaterThan(500);
});
