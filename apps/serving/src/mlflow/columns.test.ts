// /invocations for a model of the kit's own: columns come in, in any format, and outputs go out by name.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sigmoid } from '../sum-model.fixture.ts';
import { csvLine, expectRefusal, scoringServers } from './invocations.fixture.ts';

let servers: Awaited<ReturnType<typeof scoringServers>>;

beforeAll(async () => {
  servers = await scoringServers();
});

afterAll(() => servers.close());

const columns = ['a', 'b', 'origin'];
const record = { a: 1, b: 2, origin: 'ATL' };
const row = [1, 2, 'ATL'];

describe('a dataframe_split', () => {
  test.each([
    [
      'a column that the model lacks',
      'UNKNOWN_FIELD',
      '"orign"',
      { columns: [...columns, 'orign'], data: [] },
    ],
    ['a misspelt column', 'UNKNOWN_FIELD', 'Did you mean origin?', { columns: ['orign'], data: [] }],
    ['a column called __proto__', 'UNKNOWN_FIELD', '"__proto__"', { columns: ['__proto__'], data: [['x']] }],
    ['a number for a name', 'INVALID_BODY', 'must be a string, not 0', { columns: [0], data: [] }],
    ['a column twice', 'INVALID_BODY', '"a" is there twice', { columns: ['a', 'a'], data: [] }],
    ['no column for an input', 'INPUT_INVALID', 'lacks origin', { columns: ['a', 'b'], data: [[1, 2]] }],
    ['no row', 'NO_INSTANCES', 'no row', { columns, data: [] }],
    ['a row too short', 'INVALID_BODY', 'Row 1 of dataframe_split', { columns, data: [row, [1]] }],
    ['a row too long', 'INVALID_BODY', 'a list of 3, one per column', { columns, data: [[...row, 3]] }],
    ['a row that is an object', 'INVALID_BODY', 'Row 0 of dataframe_split', { columns, data: [record] }],
    ['an index too short', 'INVALID_BODY', 'an index of 0 for 1', { columns, data: [row], index: [] }],
    ['a text for a number', 'INPUT_INVALID', 'the string "1"', { columns, data: [['1', 2, 'ATL']] }],
    ['true for a number', 'INPUT_INVALID', 'got true', { columns, data: [[true, 2, 'ATL']] }],
    ['a number for a text', 'INPUT_INVALID', 'expected a string, got 3', { columns, data: [[1, 2, 3]] }],
    ['an object in a cell', 'INPUT_INVALID', 'got an object', { columns, data: [[{}, 2, 'ATL']] }],
    ['a number beyond float32', 'INPUT_INVALID', 'fits 32 bits', { columns, data: [[1e39, 2, 'ATL']] }],
    ['more rows than the limit', 'TOO_MANY_INSTANCES', 'limit', { columns, data: Array(1001).fill(row) }],
  ])('with %s is %s', async (name, code, message, dataframe_split) => {
    const status = name === 'more rows than the limit' ? 413 : 400;
    await expectRefusal(servers.invoke('sum', { dataframe_split }), code, message, status);
  });
});

describe('dataframe_records', () => {
  test.each([
    ['that are none', 'NO_INSTANCES', 'no row', []],
    ['of lists', 'INVALID_BODY', 'Row 0 must be an object', [row]],
    ['with null among them', 'INVALID_BODY', 'Row 1 must be an object', [record, null]],
    ['with a name that the model lacks', 'UNKNOWN_FIELD', '"z"', [record, { ...record, z: 1 }]],
    ['that all lack an input', 'INPUT_INVALID', 'lacks b', [{ a: 1, origin: 'ATL' }]],
  ])('%s are %s', async (_name, code, message, dataframe_records) => {
    await expectRefusal(servers.invoke('sum', { dataframe_records }), code, message);
  });
});

describe('inputs and instances', () => {
  test.each([
    ['a list without names', 'INPUT_INVALID', 'this one takes a, b, origin', [row]],
    ['a row that lacks an input', 'INPUT_INVALID', 'Row 1 lacks "origin"', [record, { a: 1, b: 2 }]],
    ['columns of unequal length', 'INPUT_INVALID', '"a" has 2 rows', { a: [1, 2], b: [1], origin: ['ATL'] }],
    ['a column too many', 'UNKNOWN_FIELD', '"z"', { a: [1], b: [2], origin: ['ATL'], z: [1] }],
  ])('with %s are %s', async (_name, code, message, value) => {
    await expectRefusal(servers.invoke('sum', { inputs: value }), code, message);
    await expectRefusal(servers.invoke('sum', { instances: value }), code, message);
  });
});

test.each([
  ['dataframe_split', { dataframe_split: { columns, data: [row] } }],
  ['dataframe_split with an index', { dataframe_split: { columns, data: [row], index: ['x'] } }],
  [
    'dataframe_split in another order',
    { dataframe_split: { columns: columns.toReversed(), data: [row.toReversed()] } },
  ],
  ['dataframe_records', { dataframe_records: [record] }],
  ['instances', { instances: [record] }],
  ['instances as columns', { instances: { a: [1], b: [2], origin: ['ATL'] } }],
  ['one bare instance', { instances: record }],
  ['inputs', { inputs: { a: [1], b: [2], origin: ['ATL'] } }],
  ['inputs as column vectors', { inputs: { a: [[1]], b: [[2]], origin: [['ATL']] } }],
  ['inputs as rows', { inputs: [record] }],
])('%s are answered by the name of the output, a list a row', async (_name, payload) => {
  const { body } = await servers.invoke('sum', payload);
  expect(body).toEqual({ predictions: { probability: [[expect.closeTo(sigmoid(4), 6)]] } });
});

test('null is a missing value, which the graph and not a default stands in for', async () => {
  const dataframe_records = [
    { a: 1, b: null, origin: 'ATL' },
    { a: null, b: 1, origin: null },
    { a: 1, origin: '' },
  ];
  const { body } = await servers.invoke('sum', { dataframe_records });
  // The graph counts 0 for a, 0.5 for b and 0 for a missing origin.
  const probability = [2.5, 1, 1.5].map((sum) => [expect.closeTo(sigmoid(sum), 6)]);
  expect(body).toEqual({ predictions: { probability } });
});

test("NaN is a missing value too, since MLflow's own client writes it", async () => {
  const payload = '{"dataframe_split": {"columns": ["a", "b", "origin"], "data": [[NaN, NaN, "NaN"]]}}';
  const { body } = await servers.invoke('sum', payload);
  expect(body).toEqual({ predictions: { probability: [[expect.closeTo(sigmoid(0.5), 6)]] } });
});

test('the ranges that /v1 keeps to do not hold, as they do not in MLflow', async () => {
  const { body } = await servers.invoke('sum', { dataframe_records: [{ a: 11, b: 0, origin: null }] });
  expect(body).toEqual({ predictions: { probability: [[expect.closeTo(sigmoid(11), 6)]] } });
});

test('the same rows have the same answers in every format, and on /v1', async () => {
  const number = fc.double({ min: -10, max: 10, noNaN: true }).map(Math.fround);
  const words = ['ATL', 'ORD', 'NA', 'NaN', '', 'a,b', 'say "x"', 'two\nlines', ' spaced ', 'ü'];
  const rowOf = fc.record({
    a: number,
    b: fc.option(number),
    origin: fc.option(fc.constantFrom(...words)),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(rowOf, { minLength: 1, maxLength: 5 }), async (rows) => {
      const v1 = await servers.appOf('sum').inject({
        method: 'POST',
        url: '/v1/models/sum/predict',
        payload: { instances: rows },
      });
      const { predictions } = v1.json<{ predictions: { probability: number }[] }>();
      const expected = { predictions: { probability: predictions.map(({ probability }) => [probability]) } };
      const data = rows.map(({ a, b, origin }) => [a, b, origin]);
      const column = (name: keyof typeof record) => rows.map((one) => one[name]);
      const answers = await Promise.all([
        servers.invoke('sum', { dataframe_records: rows }),
        servers.invoke('sum', { dataframe_split: { columns, data } }),
        servers.invoke('sum', { instances: rows }),
        servers.invoke('sum', { inputs: { a: column('a'), b: column('b'), origin: column('origin') } }),
        servers.csv('sum', [columns, ...data].map(csvLine).join('')),
      ]);
      for (const { body } of answers) expect(body).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});
