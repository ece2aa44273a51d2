// Sound requests of every transport and encoding: what the fuzzer starts from.

import { gzipSync } from 'node:zlib';
import { inferBinary } from '../http/requests.ts';
import type { Template } from './mutations.ts';

export const key = 'a-key-for-the-fuzzer-alone';
export const identityTypes = ['float32', 'float64', 'int64', 'uint8', 'bool', 'string'] as const;

const json = { 'content-type': 'application/json', authorization: `Bearer ${key}` };

function jsonTemplate(
  name: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Template {
  return {
    name,
    method: 'POST',
    path,
    headers: { ...json, ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

const add = { a: [1, 2, 3], b: [4, 5, 6] };
const tensor = (name: string, datatype: string, shape: number[], data: unknown) => ({
  name,
  datatype,
  shape,
  data,
});
const addInfer = {
  id: '1',
  inputs: [tensor('a', 'FP32', [1, 3], [1, 2, 3]), tensor('b', 'FP32', [1, 3], [[4, 5, 6]])],
  outputs: [{ name: 'sum' }],
  parameters: { timeout: 1_000_000 },
};
const lookupInfer = { inputs: [tensor('index', 'INT64', [3], [1, 2, 3])] };
const identityInfer = {
  inputs: [
    tensor('in_float32', 'FP32', [1, 2], [1, 2]),
    tensor('in_float64', 'FP64', [1, 2], [1, 2]),
    tensor('in_int64', 'INT64', [1, 2], [1, 2]),
    tensor('in_uint8', 'UINT8', [1, 2], [1, 2]),
    tensor('in_bool', 'BOOL', [1, 2], [true, false]),
    tensor('in_string', 'BYTES', [1, 2], ['a', 'b']),
  ],
};
const binaryAdd = binaryInfer();

export const templates: readonly Template[] = [
  jsonTemplate('v1 one', '/v1/models/add/predict', { instance: add }),
  jsonTemplate('v1 many', '/v1/models/lookup/predict', { instances: [{ index: 1 }, { index: 2 }] }),
  jsonTemplate('v1 sequence', '/v1/models/sequence/predict', { instance: { sequence: [1, 2, 3] } }),
  jsonTemplate('v2 json', '/v2/models/add/infer', addInfer),
  jsonTemplate('v2 version', '/v2/models/add/versions/1/infer', addInfer),
  jsonTemplate('v2 lookup', '/v2/models/lookup/infer', lookupInfer),
  jsonTemplate('v2 identity', '/v2/models/identity/infer', identityInfer),
  {
    name: 'v2 binary',
    method: 'POST',
    path: '/v2/models/add/infer',
    headers: { ...json, ...binaryAdd.headers },
    body: binaryAdd.body,
  },
  {
    name: 'v2 gzip',
    method: 'POST',
    path: '/v2/models/add/infer',
    headers: { ...json, 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify(addInfer)),
  },
  jsonTemplate('index', '/v2/repository/index', { ready: true }),
  jsonTemplate('load', '/v2/repository/models/add/load', {}),
  jsonTemplate('unload', '/v2/repository/models/add/unload', { parameters: { unload_dependents: false } }),
  jsonTemplate('records', '/invocations', { dataframe_records: [add] }),
  jsonTemplate('split', '/invocations', { dataframe_split: { columns: ['a', 'b'], data: [[add.a, add.b]] } }),
  jsonTemplate('inputs', '/invocations', { inputs: { a: [add.a], b: [add.b] } }),
  jsonTemplate('instances', '/invocations', { instances: [add], params: {} }),
  {
    name: 'csv',
    method: 'POST',
    path: '/invocations',
    headers: { ...json, 'content-type': 'text/csv' },
    body: Buffer.from('a,b\n1,2\n"3",4\n'),
  },
  ...[
    '/',
    '/v1/models',
    '/v2',
    '/v2/health/ready',
    '/v2/models/add',
    '/v2/models/add/versions/1/ready',
    '/metrics',
    '/ping',
    '/version',
    '/docs/json',
  ].map((path) => ({
    name: path,
    method: 'GET',
    path,
    headers: { authorization: `Bearer ${key}` },
    body: Buffer.alloc(0),
  })),
];

/** Both inputs of `add` as binary tensors. */
function binaryInfer() {
  const columns = ['a', 'b'].map((name) => ({ name, type: 'number' as const }));
  const { body, headers } = inferBinary(columns, [{ a: 1, b: 4 }], 'sum');
  return { body, headers };
}
