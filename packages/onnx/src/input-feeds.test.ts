import { describe, expect, it } from 'vitest';
import { float32, oneNode, tensor, withSession } from './session.fixture.ts';
import type { Tensors } from './tensors.ts';
import { editedModel, toyModel } from './toy-graphs.fixture.ts';

describe('an input that does not fit', () => {
  const bytes = editedModel(
    toyModel({
      inputs: [
        { name: 'a', type: 'float32', shape: ['rows', 2] },
        { name: 'flag', type: 'bool', shape: [] },
        { name: 'word', type: 'string', shape: ['', 1] },
        { name: 'free', type: 'int64', shape: [] },
      ],
      outputs: [
        { name: 'b', type: 'float32', shape: ['rows', 2] },
        { name: 'toString', type: 'string', shape: ['', 1] },
      ],
      nodes: [
        { operator: 'Identity', inputs: ['a'], outputs: ['b'] },
        { operator: 'Identity', inputs: ['word'], outputs: ['toString'] },
      ],
    }),
    ({ graph }) => {
      delete graph!.input[3]!.type!.tensorType!.shape;
    },
  );
  const a = float32([2, 2], 1, 2, 3, 4);
  const flag = { type: 'bool', dims: [], data: Uint8Array.of(1) } as const;
  const word = { type: 'string', dims: [2, 1], data: ['JFK', ''] } as const;
  const free = { type: 'int64', dims: [1, 1, 1], data: BigInt64Array.of(1n) } as const;
  const sound = { a, flag, word: { ...word, data: [...word.data] }, free } satisfies Tensors;

  it.each<[string, unknown, string]>([
    ['is missing', { ...sound, a: undefined }, 'input "a" is missing'],
    ['is not there at all', {}, 'input "a" is missing'],
    ['is unknown to the model', { ...sound, c: a }, 'it has no input "c" (its inputs: a, flag, word, free)'],
    [
      'is of another type',
      { ...sound, a: { ...a, type: 'float64' } },
      'input "a" must be float32, not float64',
    ],
    ['is a number', { ...sound, a: 7 }, 'input "a" must be float32, not undefined'],
    [
      'has another array',
      { ...sound, a: { ...a, data: new Float64Array(4) } },
      'input "a" must be a Float32Array',
    ],
    ['has a plain list', { ...sound, a: { ...a, data: [1, 2, 3, 4] } }, 'input "a" must be a Float32Array'],
    ['has no data', { ...sound, a: { ...a, data: undefined } }, 'input "a" must be a Float32Array'],
    ['has no dims', { ...sound, a: { ...a, dims: undefined } }, 'input "a" must have dims, a list of sizes'],
    [
      'has values too few',
      { ...sound, a: { ...a, dims: [3, 2] } },
      'input "a" must have 6 values, not 4, for the shape [3, 2]',
    ],
    ['has values too many', { ...sound, a: { ...a, dims: [1, 2] } }, 'must have 2 values, not 4'],
    [
      'has too few dimensions',
      { ...sound, a: { ...a, dims: [4] } },
      'input "a" must have the shape [rows, 2], not [4]',
    ],
    ['has too many dimensions', { ...sound, a: { ...a, dims: [1, 2, 2] } }, 'shape [rows, 2], not [1, 2, 2]'],
    [
      'has another size than declared',
      { ...sound, a: { ...a, dims: [1, 4] } },
      'shape [rows, 2], not [1, 4]',
    ],
    [
      'has a size below 0',
      { ...sound, a: { ...a, dims: [-2, -2] } },
      'input "a" has the size -2 in its shape',
    ],
    ['has a size that is not whole', { ...sound, a: { ...a, dims: [1.5, 2] } }, 'input "a" has the size 1.5'],
    [
      'has a size that is NaN',
      { ...sound, a: { ...a, dims: [Number.NaN, 2] } },
      'input "a" has the size NaN',
    ],
    [
      'has a size as text',
      { ...sound, a: { ...a, dims: ['2', 2] } },
      'input "a" has the size 2 in its shape',
    ],
    ['has a size too large', { ...sound, a: { ...a, dims: [2 ** 32, 2] } }, 'whole numbers below 2^32'],
    [
      'is no scalar',
      { ...sound, flag: { ...flag, dims: [1] } },
      'input "flag" must have the shape [], not [1]',
    ],
    [
      'has a bool of 2',
      { ...sound, flag: { ...flag, data: Uint8Array.of(2) } },
      'input "flag", element 0, must be 0 or 1',
    ],
    [
      'has a number for a string',
      { ...sound, word: { ...word, data: ['JFK', 7] } },
      'a list of strings, and element 1 is number',
    ],
    [
      'has a hole for a string',
      { ...sound, word: { ...word, data: new Array(2) } },
      'element 0 is undefined',
    ],
    [
      'has numbers for strings',
      { ...sound, word: { ...word, data: new Uint8Array(2) } },
      'input "word" must be a list of strings',
    ],
    [
      'has a NUL in a string',
      { ...sound, word: { ...word, data: ['', 'JFK\0'] } },
      'input "word", element 1, holds the character NUL',
    ],
    [
      'has an open size unnamed',
      { ...sound, word: { ...word, dims: [2] } },
      'must have the shape [any, 1], not [2]',
    ],
    [
      'of any rank has a wrong length',
      { ...sound, free: { ...free, dims: [2] } },
      'must have 2 values, not 1, for the shape [2]',
    ],
  ])('is refused by name when it %s', async (_, feeds, problem) => {
    await withSession(bytes, async (session) => {
      const run = session.run(feeds as Tensors);
      await expect(run).rejects.toMatchObject({ code: 'ONNX_INPUT_INVALID', retryable: false });
      await expect(run).rejects.toThrow(problem);
      expect((await session.run(sound)).b).toEqual(a);
    });
  });

  it.each<[string[], string]>([
    [['b', 'c'], 'it has no output "c" (its outputs: b, toString)'],
    [['constructor'], 'it has no output "constructor"'],
    [[], 'no output is asked for'],
  ])('does not hide outputs %j that do not fit', async (outputs, problem) => {
    await withSession(bytes, async (session) => {
      const run = session.run(sound, outputs);
      await expect(run).rejects.toMatchObject({ code: 'ONNX_INPUT_INVALID' });
      await expect(run).rejects.toThrow(problem);
    });
  });

  it('is missing also where every object has a property of its name', async () => {
    const named = oneNode('Identity', tensor('toString'), [tensor('y')]);
    await withSession(named, async (session) => {
      await expect(session.run({})).rejects.toThrow('input "toString" is missing');
      expect(await session.run({ toString: float32([1], 3) })).toEqual({ y: float32([1], 3) });
    });
  });
});
