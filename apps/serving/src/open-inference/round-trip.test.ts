// Encode and decode are each other's inverse: what an answer carries, a request brings back, in JSON and as binary data.

import type { TensorValue } from '@flightdeck/onnx';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inferRequestReader } from './infer-request.ts';
import { inferResponse } from './infer-response.ts';
import { type NamedTensor, namedTensors } from './tensors.fixture.ts';

const faceOf = (tensors: readonly NamedTensor[]) => ({
  inputs: tensors.map(({ info }) => info),
  outputs: tensors.map(({ info }) => info),
  skippedOutputs: [],
  batching: { maxRows: 1000 },
});

/** Gives the tensors as an answer, and reads the answer's outputs as a request's inputs. */
function roundTrip(tensors: readonly NamedTensor[], binary: boolean, shift = 0) {
  const { body, jsonLength } = inferResponse({
    model: 'm',
    version: 1,
    outputs: tensors.map(({ info }) => ({ name: info.name, binary })),
    tensors: Object.fromEntries(tensors.map(({ info, tensor }) => [info.name, tensor])),
  });
  const json = JSON.parse(String(body.subarray(0, jsonLength ?? body.length)));
  // Binary data may begin anywhere in memory.
  const bytes = Buffer.concat([Buffer.alloc(shift), body.subarray(jsonLength ?? body.length)]).subarray(
    shift,
  );
  const read = inferRequestReader(faceOf(tensors));
  return read('m', { inputs: json.outputs }, binary ? bytes : null).rows;
}

function bits({ data }: TensorValue): unknown {
  return Array.isArray(data)
    ? data
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');
}

function assertSame(tensors: readonly NamedTensor[], rows: ReturnType<typeof roundTrip>): void {
  expect(rows.rows).toBe(tensors[0]!.tensor.dims[0]);
  const feeds = rows.feeds();
  for (const { info, tensor } of tensors) {
    const { type, dims } = feeds[info.name]!;
    expect({ type, dims }).toEqual({ type: tensor.type, dims: tensor.dims });
    expect(bits(feeds[info.name]!)).toEqual(bits(tensor));
  }
}

describe('tensors of any types and shapes come back bit by bit', () => {
  test('as binary data, wherever it lies in memory', () => {
    fc.assert(
      fc.property(namedTensors(false), fc.nat(7), (tensors, shift) =>
        assertSame(tensors, roundTrip(tensors, true, shift)),
      ),
      { numRuns: 500 },
    );
  });

  test('as JSON, but for what JSON cannot hold', () => {
    fc.assert(
      fc.property(namedTensors(true), (tensors) => assertSame(tensors, roundTrip(tensors, false))),
      { numRuns: 500 },
    );
  });
});

test('a 32-bit 0.1 has the digits that make it the same number with 32 and with 64 bits', () => {
  const tensor: TensorValue = { type: 'float32', dims: [1], data: Float32Array.of(0.1) };
  const { body } = inferResponse({
    model: 'm',
    version: 1,
    outputs: [{ name: 'x', binary: false }],
    tensors: { x: tensor },
  });
  expect(String(body)).toContain('"data":[0.10000000149011612]');
  expect(Math.fround(0.10000000149011612)).toBe(Math.fround(0.1));
});
