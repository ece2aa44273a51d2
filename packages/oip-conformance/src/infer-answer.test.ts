import { expect, test } from 'vitest';
import { readAnswer } from './infer-answer.ts';

const output = { name: 'y', datatype: 'FP32', shape: [2] };

function answer(json: unknown, rest: Buffer = Buffer.alloc(0), headers: Record<string, string> = {}) {
  const body = Buffer.concat([Buffer.from(JSON.stringify(json)), rest]);
  return { status: 200, headers: new Headers(headers), body };
}

function binaryAnswer(size: number, bytes: number) {
  const json = { outputs: [{ ...output, parameters: { binary_data_size: size } }] };
  const length = String(JSON.stringify(json).length);
  return answer(json, Buffer.alloc(bytes), { 'inference-header-content-length': length });
}

test.each([
  ['a refusal', { ...answer({}), status: 400 }, 'status'],
  ['what is no JSON', { ...answer({}), body: Buffer.from('no') }, 'frame'],
  ['binary data without the header', answer({ outputs: [] }, Buffer.alloc(4)), 'frame'],
  [
    'a header that is no number',
    answer({ outputs: [] }, Buffer.alloc(4), { 'inference-header-content-length': 'x' }),
    'frame',
  ],
  ['JSON without outputs', answer({}), 'shape'],
  ['an output without a shape', answer({ outputs: [{ name: 'y', datatype: 'FP32', data: [] }] }), 'shape'],
  ['an output without data', answer({ outputs: [output] }), 'shape'],
  ['sizes of more than the body has', binaryAnswer(8, 4), 'sizes'],
  ['sizes of less than the body has', binaryAnswer(8, 12), 'sizes'],
  ['a size that is not the tensor’s', binaryAnswer(12, 12), 'sizes'],
])('%s cannot be read', (_what, given, fault) => {
  expect(readAnswer(given)).toMatchObject({ fault });
});

test('JSON and binary outputs are read, nested or flat', () => {
  expect(readAnswer(answer({ outputs: [{ ...output, shape: [1, 2], data: [[1, 2]] }] }))).toMatchObject({
    binary: false,
    outputs: [{ name: 'y', data: [1, 2], binary: false }],
  });
  expect(readAnswer(binaryAnswer(8, 8))).toMatchObject({
    binary: true,
    outputs: [{ name: 'y', data: [0, 0], binary: true }],
  });
});
