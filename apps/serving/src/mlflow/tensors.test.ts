// /invocations for imported models: tensors come in by name, and go out by name.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectRefusal, scoringServers } from './invocations.fixture.ts';

let servers: Awaited<ReturnType<typeof scoringServers>>;

beforeAll(async () => {
  servers = await scoringServers();
});

afterAll(() => servers.close());

const one = [1, 2, 3];

describe('tensors', () => {
  test.each([
    ['add', 'an input missing', 'INPUT_INVALID', 'lacks b', { a: [one] }],
    ['add', 'an unknown input', 'UNKNOWN_FIELD', '"c"', { a: [one], b: [one], c: [] }],
    ['add', 'a row of another length', 'INPUT_INVALID', 'shape [1, 3]', { a: [[1, 2]], b: [one] }],
    ['add', 'a row without its list', 'INPUT_INVALID', 'shape [3, 3]', { a: one, b: one }],
    ['add', 'more rows in one', 'INPUT_INVALID', '"a" has 2 rows and "b" has 1', { a: [one, one], b: [one] }],
    ['add', 'a scalar beside a list', 'INPUT_INVALID', '"b" should have the shape', { a: [one], b: 1 }],
    ['add', 'a list without names', 'INPUT_INVALID', 'this one takes a, b', [one]],
    ['add', 'no row', 'NO_INSTANCES', 'no row', { a: [], b: [] }],
    ['add', 'an answer that is NaN', 'OUTPUT_NOT_JSON', '"sum"', { a: [[null, 2, 3]], b: [one] }],
    ['lookup', 'no row', 'NO_INSTANCES', 'no row', []],
    ['lookup', 'no row by name', 'NO_INSTANCES', 'no row', { index: [] }],
    ['lookup', 'half a whole number', 'INPUT_INVALID', 'whole number', [1.5]],
    ['lookup', 'null for a whole number', 'INPUT_INVALID', 'got null', [null]],
    ['lookup', 'what the model breaks on', 'MODEL_FAILED_ON_INPUT', 'out of data bounds', [99]],
    ['sequence', 'rows of unequal length', 'INPUT_INVALID', 'a list of 3 in dimension 1', [[1, 2], one]],
    ['single', 'more rows than it takes', 'INPUT_INVALID', 'shape [1, 3]', [one, one]],
    ['people', 'null for a string', 'INPUT_INVALID', 'a string', { age: [1], city: [null], member: [true] }],
    ['people', '1 for true', 'INPUT_INVALID', 'true or false', { age: [1], city: ['x'], member: [1] }],
  ])('for %s, as inputs and as instances, with %s are %s', async (model, _name, code, message, value) => {
    await expectRefusal(servers.invoke(model, { inputs: value }), code, message);
    await expectRefusal(servers.invoke(model, { instances: value }), code, message);
  });

  const a = [one, [4, 5, 6]];
  const b = [
    [1, 1, 1],
    [2, 2, 2],
  ];
  const rows = a.map((value, row) => ({ a: value, b: b[row] }));

  test.each([
    ['inputs', { inputs: { a, b } }],
    ['instances', { instances: rows }],
    ['instances by name', { instances: { a, b } }],
    ['dataframe_records', { dataframe_records: rows }],
    [
      'dataframe_split',
      { dataframe_split: { columns: ['b', 'a'], data: rows.map((row) => [row.b, row.a]) } },
    ],
  ])("as %s are answered by name, in the graph's order", async (_name, payload) => {
    const { body } = await servers.invoke('add', payload);
    const sum = [
      [2, 3, 4],
      [6, 7, 8],
    ];
    const difference = [
      [0, 1, 2],
      [2, 3, 4],
    ];
    expect(JSON.stringify(body)).toBe(JSON.stringify({ predictions: { sum, difference } }));
  });

  test.each([
    ['inputs', { inputs: [3, 0, 7] }],
    ['inputs by name', { inputs: { index: [3, 0, 7] } }],
    ['instances', { instances: [3, 0, 7] }],
    ['instances by name', { instances: [{ index: 3 }, { index: 0 }, { index: 7 }] }],
    ['dataframe_records', { dataframe_records: [{ index: 3 }, { index: 0 }, { index: 7 }] }],
  ])('need no name where the model has one input: %s', async (_name, payload) => {
    expect((await servers.invoke('lookup', payload)).body).toEqual({ predictions: { value: [30, 0, 70] } });
  });

  test('may have rows of any length where the graph leaves it open', async () => {
    const { body } = await servers.invoke('sequence', { inputs: [one, [4, 5, 6]] });
    expect(body).toEqual({ predictions: { mean: [[2], [5]] } });
  });

  test('may be one row, for a model that takes no more', async () => {
    const { body } = await servers.invoke('single', { instances: [{ x: one }] });
    expect(body).toEqual({ predictions: { twice: [[2, 4, 6]] } });
  });

  test('may hold whole numbers, booleans and strings', async () => {
    const instance = { in_int64: [7, -7], in_bool: [false, true], in_string: ['', 'ü'] };
    expect((await servers.invoke('identity', { instances: [instance] })).body).toEqual({
      predictions: { out_int64: [[7, -7]], out_bool: [[false, true]], out_string: [['', 'ü']] },
    });
  });

  test('may be bare values where rows are one value wide', async () => {
    const inputs = { age: [1, 2], city: ['x', 'y'], member: [true, false] };
    expect((await servers.invoke('people', { inputs })).body).toEqual({
      predictions: { twice: [[2], [4]], place: [['x'], ['y']], paid: [[true], [false]] },
    });
  });
});
