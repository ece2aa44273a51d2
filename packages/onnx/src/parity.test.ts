import { seededRandom } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import { encodeModel } from './encode-model.ts';
import { evaluate } from './evaluate.fixture.ts';
import { openModel } from './open-model.ts';
import { measureParity, type Parity, requireParity } from './parity.ts';
import { smallGraph } from './small-graph.fixture.ts';

const rows = 10_000;
const random = seededRandom(5);
const columns = {
  distance: Float32Array.from({ length: rows }, () => random.uniform() * 3_000),
  hour: Float32Array.from({ length: rows }, () => random.integer(24)),
  airport: Array.from({ length: rows }, () => ['JFK', 'LAX', 'ORD'][random.integer(3)]!),
};
const expected = Float32Array.from(evaluate(smallGraph, columns, rows));
const policy = { rows: 10_000, tolerance: 1e-5 };

async function measure(want: Float32Array, graph = smallGraph): Promise<Parity> {
  const model = await openModel(encodeModel(graph));
  try {
    return await measureParity({ model, columns, rows, expected: want });
  } finally {
    await model.release();
  }
}

describe('parity', () => {
  it('fails for one wrong row among ten thousand, and names it with both values', async () => {
    const row = 7_777;
    const off = expected.with(row, expected[row]! + 0.001);
    const parity = await measure(off);
    expect(parity.worst.row).toBe(row);
    expect(parity.maxAbsDiff).toBeCloseTo(0.001, 5);
    const { actual } = parity.worst;
    expect(() => requireParity(parity, policy)).toThrow(
      `row ${row} should have probability ${off[row]} and has ${actual}`,
    );
    expect(() => requireParity(parity, policy)).toThrow(
      expect.objectContaining({ code: 'ONNX_PARITY_FAILED', retryable: false }),
    );
  });

  it('fails for NaN, which no comparison finds larger than anything', async () => {
    const parity = await measure(expected.with(3, Number.NaN));
    expect(parity).toMatchObject({ maxAbsDiff: Number.POSITIVE_INFINITY, worst: { row: 3 } });
    expect(() => requireParity(parity, policy)).toThrow('ONNX file does not match');
  });

  it('fails when the file has another calibration than the network', async () => {
    const parity = await measure(expected, {
      ...smallGraph,
      calibration: { slope: 1.1, intercept: -0.2001 },
    });
    expect(() => requireParity(parity, policy)).toThrow('must stay under 0.00001');
  });

  it('fails when too few rows were compared, however close they are', () => {
    const few = { rows: 9_999, maxAbsDiff: 0, worst: { row: 0, expected: 0.5, actual: 0.5 } };
    expect(() => requireParity(few, policy)).toThrow('compared on 9999 rows, and 10000 are required');
  });

  it('fails at the tolerance itself: the difference must stay under it', () => {
    const edge = { rows, maxAbsDiff: 1e-5, worst: { row: 0, expected: 0.5, actual: 0.50001 } };
    expect(() => requireParity(edge, policy)).toThrow('ONNX file does not match');
  });

  it('cannot be measured on columns of another length than the expected answers', async () => {
    const model = await openModel(encodeModel(smallGraph));
    const short = { ...columns, hour: columns.hour.slice(1) };
    const wrong = [
      { model, columns, rows, expected: expected.slice(1) },
      { model, columns, rows: 0, expected: new Float32Array(0) },
      { model, columns: short, rows, expected },
    ];
    for (const input of wrong) {
      await expect(measureParity(input)).rejects.toMatchObject({ code: 'ONNX_INPUT_INVALID' });
    }
    await model.release();
  });

  it('holds for the network that was exported', async () => {
    const parity = await measure(expected);
    expect(parity.rows).toBe(rows);
    requireParity(parity, policy);
  });
});
