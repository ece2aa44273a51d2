import { openSession, type TensorInfo, type Tensors } from '@flightdeck/onnx';
import {
  addModel,
  identityModel,
  lookupModel,
  sequenceModel,
  type ToyGraph,
  toyModel,
} from '@flightdeck/onnx/fixtures';
import { describe, expect, test } from 'vitest';
import { measureModel } from './measure-model.ts';
import { runTime } from './run-cost.ts';

const x = (shape: TensorInfo['shape']): TensorInfo => ({ name: 'x', type: 'float32', shape });
const y = (shape: TensorInfo['shape']): TensorInfo => ({ ...x(shape), name: 'y' });

async function measured(bytes: Uint8Array, samples?: Tensors, maxBatchRows = 64) {
  const session = await openSession(bytes);
  try {
    return await measureModel(session, samples, maxBatchRows);
  } finally {
    await session.release();
  }
}

const ofX = (dims: readonly number[], ...values: number[]): Tensors => ({
  x: { type: 'float32', dims, data: Float32Array.from(values) },
});

describe('refused', () => {
  test('a model that cannot run what was made up for it, with the remedy', async () => {
    // It expects 3 columns, and says so nowhere.
    const model = toyModel({
      inputs: [x(['rows', 'columns'])],
      outputs: [y(['rows', 1])],
      nodes: [{ operator: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
      constants: { w: { dims: [3, 1], data: Float32Array.of(1, 2, 3) } },
    });
    await expect(measured(model)).rejects.toMatchObject({
      code: 'MODEL_FAILED_ON_INPUT',
      message: expect.stringContaining('Give it golden rows.'),
    });
    await expect(measured(model, ofX([1, 3], 1, 1, 1))).resolves.toMatchObject({ noBatching: null });
  });

  test('a model that cannot run its own samples', async () => {
    const samples: Tensors = { index: { type: 'int64', dims: [1], data: BigInt64Array.of(99n) } };
    await expect(measured(lookupModel(), samples)).rejects.toMatchObject({
      code: 'MODEL_FAILED_ON_INPUT',
      message: expect.stringContaining('idx=99'),
    });
  });

  test('samples that are not for this model', async () => {
    await expect(measured(addModel(), ofX([1, 3], 1, 1, 1))).rejects.toMatchObject({
      code: 'SIGNATURE_MISMATCH',
      message: expect.stringContaining(
        'takes (a: float32, b: float32), and the samples that came with it have (x: float32)',
      ),
    });
  });
});

describe('requests share no runs', () => {
  const shapes = { inputs: [x(['rows', 2])], outputs: [y(['rows', 2])] };
  const mean = { operator: 'ReduceMean', inputs: ['x'], outputs: ['mean'] };
  const mixing: [string, ToyGraph, string][] = [
    [
      'of a model that sets each row off against the mean of all',
      { ...shapes, nodes: [mean, { operator: 'Sub', inputs: ['x', 'mean'], outputs: ['y'] }] },
      "a row's answer depends on the rows beside it",
    ],
    [
      'of a model that gives other rows than it got',
      {
        inputs: [x(['rows', 1])],
        outputs: [y(['rows'])],
        nodes: [{ operator: 'Unique', inputs: ['x'], outputs: ['y'] }],
      },
      'Output "y" has the shape [2] for 3 rows',
    ],
    [
      'of a model that fails on more than two rows',
      {
        inputs: [x(['rows', 1])],
        outputs: [y(['rows', 1])],
        nodes: [
          { operator: 'Size', inputs: ['x'], outputs: ['size'] },
          { operator: 'Gather', inputs: ['table', 'size'], outputs: ['of size'] },
          { operator: 'Add', inputs: ['x', 'of size'], outputs: ['y'] },
        ],
        constants: { table: { dims: [3], data: Float32Array.of(0, 0, 0) } },
      },
      'does not take any number of rows',
    ],
    [
      'of a model whose input has a fixed number of rows',
      {
        inputs: [x([1, 2])],
        outputs: [y([1, 2])],
        nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
      },
      'Input "x" has a fixed first dimension of 1',
    ],
    [
      'of a model whose output has a fixed number of rows',
      {
        inputs: [x(['rows', 2])],
        outputs: [y([1, 1])],
        nodes: [{ operator: 'ReduceMean', inputs: ['x'], outputs: ['y'] }],
      },
      'Output "y" has a fixed first dimension of 1',
    ],
    [
      'of a model whose input is a single number',
      { inputs: [x([])], outputs: [y([])], nodes: [{ operator: 'Neg', inputs: ['x'], outputs: ['y'] }] },
      'Input "x" has no dimensions',
    ],
  ];

  test.each(mixing)('%s', async (_, graph, reason) => {
    const { noBatching, cost, sample } = await measured(toyModel(graph));
    expect(noBatching).toContain(reason);
    // A run is the unit, whatever is in it.
    expect(cost).toEqual({ fixedMs: expect.any(Number), perRowMs: 0 });
    expect(sample.x!.dims).toEqual(
      graph.inputs[0]!.shape.map((size) => (typeof size === 'number' ? size : 1)),
    );
  });

  test('of a model that mixes rows, where the samples show it and made-up rows would too', async () => {
    const [, graph] = mixing[0]!;
    const { noBatching, sample } = await measured(toyModel(graph), ofX([3, 2], 1, 2, 3, 4, 5, 6));
    expect(noBatching).toContain('depends on the rows beside it');
    expect(sample.x!.dims).toEqual([3, 2]);
  });

  test('of a model with a fixed number of rows, which is tried on as many of the samples', async () => {
    const [, graph] = mixing[3]!;
    const { sample } = await measured(toyModel(graph), ofX([3, 2], 1, 2, 3, 4, 5, 6));
    expect(sample).toEqual(ofX([1, 2], 1, 2));
  });
});

describe('requests share runs', () => {
  test.each([
    ['of a model that computes row by row', addModel(), undefined],
    ['of every type', identityModel(['float32', 'int64', 'bool', 'string', 'float16', 'uint8']), undefined],
    ['with sizes that differ from call to call', sequenceModel(), undefined],
    [
      'where the only row there is has no sound neighbour',
      lookupModel(),
      { index: { type: 'int64', dims: [1], data: BigInt64Array.of(9n) } } satisfies Tensors,
    ],
    [
      'where answers are not numbers, but the same ones',
      sequenceModel(),
      {
        sequence: { type: 'float32', dims: [3, 1], data: Float32Array.of(Number.NaN, Infinity, 1) },
      } satisfies Tensors,
    ],
  ])('%s', async (_, bytes, samples) => {
    const { noBatching, cost, sample } = await measured(bytes, samples);
    expect(noBatching).toBeNull();
    expect(runTime(cost, 1)).toBeGreaterThan(0);
    expect(cost.perRowMs).toBeGreaterThanOrEqual(0);
    for (const { dims } of Object.values(sample)) expect(dims[0]).toBe(1);
  });
});
