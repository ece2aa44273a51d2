import { describe, expect, it } from 'vitest';
import { goldenRowsSchema, signatureSchema } from './bundle-files.ts';

const score = {
  inputs: [{ name: 'distance', type: 'number', description: 'miles', default: null }],
  output: { name: 'probability', type: 'number', description: 'of a late arrival' },
  threshold: 0.3,
  positive: 'arrives late',
};
const tensors = {
  kind: 'tensors',
  inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3] }],
  outputs: [{ name: 'y', type: 'int64', shape: [] }],
};

describe('a signature', () => {
  it.each([
    ['no input', { ...score, inputs: [] }],
    ['a threshold that is no probability', { ...score, threshold: 1.5 }],
    ['a kind that nobody knows', { ...score, kind: 'table' }],
    ['tensors, and no input', { ...tensors, inputs: [] }],
    ['tensors, and no output', { ...tensors, outputs: [] }],
    ['tensors without their shape', { ...tensors, inputs: [{ name: 'x', type: 'float32' }] }],
    ['half a size', { ...tensors, inputs: [{ name: 'x', type: 'float32', shape: [0.5] }] }],
  ])('with %s is refused', (_name, signature) => {
    expect(signatureSchema.safeParse(signature).success).toBe(false);
  });

  it('is of a score where it does not say: so wrote versions before there was another kind', () => {
    expect(signatureSchema.parse(score)).toEqual({ kind: 'score', ...score });
  });

  it('may be of tensors of any shape', () => {
    expect(signatureSchema.parse(tensors)).toEqual(tensors);
  });
});

describe('golden rows', () => {
  const scored = { input: { distance: 1, origin: null }, probability: 0.5 };
  const answered = { inputs: { x: [1, null, 3] }, outputs: { y: [[1], ['a']], z: true } };

  it.each([
    ['no row', { tolerance: 1e-5, rows: [] }],
    ['no tolerance', { tolerance: 0, rows: [scored] }],
    ['a probability above 1', { tolerance: 1e-5, rows: [{ ...scored, probability: 1.5 }] }],
    ['a tensor row without its answer', { tolerance: 1e-5, rows: [{ inputs: { x: 1 } }] }],
    ['rows of both kinds', { tolerance: 1e-5, rows: [scored, answered] }],
  ])('with %s are refused', (_name, golden) => {
    expect(goldenRowsSchema.safeParse(golden).success).toBe(false);
  });

  it.each([
    ['probabilities', scored],
    ['values or lists for each output', answered],
  ])('may have %s', (_name, row) => {
    const golden = { tolerance: 1e-5, rows: [row] };
    expect(goldenRowsSchema.parse(golden)).toEqual(golden);
  });
});
