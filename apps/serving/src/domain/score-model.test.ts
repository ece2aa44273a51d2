import type { ScoreSignature } from '@flightdeck/registry';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InstanceBatch, ScorePrediction } from './domain-model.ts';
import { scoreModel } from './score-model.ts';

const signature: ScoreSignature = {
  kind: 'score',
  inputs: [
    { name: 'distance', type: 'number', description: 'miles', default: 700, minimum: 0, maximum: 5000 },
    { name: 'gap', type: 'number', description: 'minutes since the last one', default: null },
    { name: 'origin', type: 'string', description: 'airport', default: null, categories: ['ATL', 'ORD'] },
  ],
  output: { name: 'probability', type: 'number', description: 'of being late' },
  threshold: 0.5,
  positive: 'late',
};
const model = scoreModel(signature);
const read = (instances: readonly unknown[]) => {
  const batch = model.read(instances) as InstanceBatch;
  const columns = Object.fromEntries(
    Object.entries(batch.rows.feeds()).map(([name, { data }]) => [name, data]),
  );
  const probability = {
    type: 'float32',
    dims: [batch.rows.rows, 1],
    data: new Float32Array(batch.rows.rows),
  } as const;
  const predictions = batch.predictions({ probability }, { idPrefix: 'a-1-', version: 3 });
  return { rows: batch.rows.rows, columns, notes: predictions as ScorePrediction[] };
};
const codeOf = (instances: unknown[]) => {
  try {
    read(instances);
  } catch (error) {
    return error;
  }
  throw new Error('nothing was refused');
};

test.each([
  ['a number', 3, 'Instance 0: expected an object with one value per feature, got 3.'],
  ['null', null, 'got null'],
  ['a list', [1], 'got an array'],
])('an instance that is %s is refused', (_name, instance, message) => {
  expect(codeOf([instance])).toMatchObject({ code: 'WRONG_TYPE', message: expect.stringContaining(message) });
});

test('an unknown field is refused by name, with the nearest known one', () => {
  expect(codeOf([{}, { distanse: 1 }])).toMatchObject({
    code: 'UNKNOWN_FIELD',
    message: 'Instance 1: the model has no field "distanse". Did you mean distance?',
  });
  expect(codeOf([{ temperature_aloft: 1 }])).toMatchObject({
    message: expect.stringContaining('GET /v1/models lists the fields'),
  });
});

test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__'])(
  'the inherited name %s is an unknown field like any other',
  (name) => {
    const instance: unknown = JSON.parse(`{ ${JSON.stringify(name)}: 1 }`);
    expect(codeOf([instance])).toMatchObject({
      code: 'UNKNOWN_FIELD',
      message: expect.stringContaining(name),
    });
    expect(Object.prototype).not.toHaveProperty('distance');
  },
);

test.each([
  ['distance', 'far', 'Instance 1, field distance: expected a number, got the string "far".'],
  ['distance', true, 'expected a number, got true'],
  ['distance', [1], 'expected a number, got an array'],
  ['distance', { value: 1 }, 'expected a number, got an object'],
  ['gap', Number.POSITIVE_INFINITY, 'expected a finite number that fits 32 bits, got Infinity'],
  ['gap', 1e39, 'expected a finite number that fits 32 bits, got 1e+39'],
  ['origin', 7, 'Instance 1, field origin: expected a string, got 7.'],
])('field %s with %j names instance, field, what was expected and what came', (field, value, message) => {
  expect(codeOf([{}, { [field]: value }])).toMatchObject({
    code: 'WRONG_TYPE',
    message: expect.stringContaining(message),
  });
});

test('a wrong value that is long is not sent back whole', () => {
  expect(codeOf([{ distance: 'x'.repeat(100_000) }])).toMatchObject({
    message: expect.stringMatching(/^.{1,150}$/),
  });
});

test('numbers outside the declared range are refused, its ends are not', () => {
  for (const distance of [-0.5, 5000.5]) {
    expect(codeOf([{ distance }])).toMatchObject({
      code: 'OUT_OF_RANGE',
      message: expect.stringContaining(
        `field distance: expected at least 0 and at most 5000, got ${distance}`,
      ),
    });
  }
  expect(read([{ distance: 0 }, { distance: 5000 }]).columns.distance).toEqual(Float32Array.of(0, 5000));
});

test('a string of 257 characters is refused, one of 256 is not', () => {
  expect(codeOf([{ origin: 'A'.repeat(257) }])).toMatchObject({
    code: 'STRING_TOO_LONG',
    message: 'Instance 0, field origin: expected at most 256 characters, got 257.',
  });
  expect(read([{ origin: 'A'.repeat(256) }]).rows).toBe(1);
});

test('absent and null take the declared default, or are sent as missing where there is none; both are told', () => {
  const { columns, notes } = read([{}, { distance: null, gap: null, origin: null }]);
  expect(columns).toEqual({
    distance: Float32Array.of(700, 700),
    gap: Float32Array.of(Number.NaN, Number.NaN),
    origin: ['', ''],
  });
  const everything = { defaulted: ['distance', 'gap', 'origin'], unknown: [] };
  expect(notes).toMatchObject([everything, everything]);
});

test('a category that was not in the training data is passed on and told', () => {
  const { columns, notes } = read([{ origin: 'ATL' }, { origin: 'XXX' }]);
  expect(columns.origin).toEqual(['ATL', 'XXX']);
  expect(notes.map(({ unknown }) => unknown)).toEqual([[], ['origin']]);
});

test('every instance lands in its own row of every column, whatever is left out', () => {
  const instance = fc.record(
    {
      distance: fc.option(fc.double({ min: 0, max: 5000, noNaN: true })),
      gap: fc.option(fc.double({ min: -1e6, max: 1e6, noNaN: true })),
      origin: fc.option(fc.string({ maxLength: 256 })),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.array(instance, { minLength: 1, maxLength: 20 }), (instances) => {
      const { columns, notes, rows } = read(instances);
      expect(rows).toBe(instances.length);
      for (const [row, { distance, gap, origin }] of instances.entries()) {
        expect(columns.distance![row]).toBe(Math.fround(distance ?? 700));
        expect(columns.gap![row]).toBe(Math.fround(gap ?? Number.NaN));
        expect(columns.origin![row]).toBe(origin ?? '');
        expect(notes[row]!.defaulted).toEqual(
          [
            ['distance', distance],
            ['gap', gap],
            ['origin', origin],
          ].flatMap(([name, value]) => (value == null ? [name] : [])),
        );
      }
    }),
  );
});
