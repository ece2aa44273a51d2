import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataTypes } from './data-types.ts';
import { integer } from './graph-builder.ts';
import { openSession } from './open-session.ts';
import { anyTensors, float32, withSession } from './session.fixture.ts';
import { type TensorType, tensorData } from './tensors.ts';
import { addModel, editedModel, lookupModel, toyModel } from './toy-graphs.fixture.ts';

describe('a session', () => {
  it('gives back tensors of every type, rank and size as they came', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, async (tensors) => {
        // Every other input leaves its number of dimensions open.
        const declared = tensors.map(({ type, dims }, i) => ({
          name: `${i}`,
          type,
          shape: dims.map((_, axis) => `${i}/${axis}`),
        }));
        const bytes = editedModel(
          toyModel({
            inputs: declared.map((info) => ({ ...info, name: `in ${info.name}` })),
            outputs: declared.map((info) => ({ ...info, name: `out ${info.name}` })),
            nodes: declared.map(({ name }) => ({
              operator: 'Identity',
              inputs: [`in ${name}`],
              outputs: [`out ${name}`],
            })),
          }),
          ({ graph }) => {
            for (const [i, { type }] of graph!.input.entries()) if (i % 2) delete type!.tensorType!.shape;
          },
        );
        await withSession(bytes, async (session) => {
          const answers = await session.run(
            Object.fromEntries(tensors.map((value, i) => [`in ${i}`, value])),
          );
          expect(answers).toEqual(Object.fromEntries(tensors.map((value, i) => [`out ${i}`, value])));
        });
      }),
      { numRuns: 150 },
    );
  });

  it('converts between types, and gives each output in its own array', async () => {
    const types = Object.keys(dataTypes).filter((type) => !type.endsWith('float16')) as TensorType[];
    const bytes = toyModel({
      inputs: [{ name: 'x', type: 'float32', shape: [2] }],
      outputs: types.map((type) => ({ name: type, type, shape: [2] })),
      nodes: types.map((type) => ({
        operator: 'Cast',
        inputs: ['x'],
        outputs: [type],
        attributes: [integer('to', dataTypes[type])],
      })),
    });
    const answers = await withSession(bytes, (session) => session.run({ x: float32([2], 0, 7) }));
    for (const type of types) {
      const data = tensorData(type, 2) as unknown[];
      const [zero, seven] = { int64: [0n, 7n], uint64: [0n, 7n], bool: [0, 1], string: ['0', '7'] }[
        type as string
      ] ?? [0, 7];
      data[0] = zero;
      data[1] = seven;
      expect(answers[type]).toEqual({ type, dims: [2], data });
    }
  });

  it('tells inputs and outputs in their order, sizes that are open by name', async () => {
    await withSession(addModel(), async ({ inputs, outputs, skippedOutputs }) => {
      const shape = ['batch', 3];
      expect(inputs).toEqual(['a', 'b'].map((name) => ({ name, type: 'float32', shape })));
      expect(outputs).toEqual(['sum', 'difference'].map((name) => ({ name, type: 'float32', shape })));
      expect(skippedOutputs).toEqual([]);
    });
  });

  it('computes the outputs that are asked for, in that order', async () => {
    await withSession(addModel(), async (session) => {
      const feeds = { a: float32([1, 3], 1, 2, 3), b: float32([1, 3], 10, 20, 30) };
      const sum = float32([1, 3], 11, 22, 33);
      const difference = float32([1, 3], -9, -18, -27);
      expect(await session.run(feeds)).toEqual({ sum, difference });
      expect(await session.run(feeds, ['difference'])).toEqual({ difference });
      expect(Object.keys(await session.run(feeds, ['difference', 'sum']))).toEqual(['difference', 'sum']);
    });
  });

  it('runs a model without inputs', async () => {
    const bytes = toyModel({
      inputs: [],
      outputs: [{ name: 'y', type: 'float32', shape: [2] }],
      nodes: [{ operator: 'Neg', inputs: ['w'], outputs: ['y'] }],
      constants: { w: { dims: [2], data: Float32Array.of(1, 2) } },
    });
    await withSession(bytes, async (session) =>
      expect(await session.run({})).toEqual({ y: float32([2], -1, -2) }),
    );
  });

  it('says that the model broke, and goes on', async () => {
    await withSession(lookupModel(), async (session) => {
      const at = (index: bigint) => ({
        index: { type: 'int64' as const, dims: [1], data: BigInt64Array.of(index) },
      });
      const broken = session.run(at(10n));
      await expect(broken).rejects.toMatchObject({ code: 'ONNX_RUN_FAILED' });
      await expect(broken).rejects.toThrow('idx=10');
      expect((await session.run(at(9n))).value!.data).toEqual(Float32Array.of(90));
    });
  });

  it('opens bytes in shared memory', async () => {
    const bytes = addModel();
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    await withSession(shared, async ({ inputs }) => expect(inputs).toHaveLength(2));
  });

  it('finishes the runs under way before it is released, and refuses later ones', async () => {
    const session = await openSession(addModel());
    const feeds = { a: float32([1, 3], 1, 2, 3), b: float32([1, 3], 1, 2, 3) };
    const runs = [session.run(feeds), session.run(feeds)];
    const released = session.release();
    await expect(session.run(feeds)).rejects.toMatchObject({ code: 'ONNX_RELEASED' });
    await Promise.all([released, session.release()]);
    for (const { sum } of await Promise.all(runs)) expect(sum).toEqual(float32([1, 3], 2, 4, 6));
  });
});

describe('what a run gave', () => {
  // The second output is a constant of the graph, the third an input: memory that is not the run's own.
  const bytes = toyModel({
    inputs: [{ name: 'x', type: 'float32', shape: ['n'] }],
    outputs: ['y', 'w', 'x'].map((name) => ({ name, type: 'float32', shape: ['n'] })),
    nodes: [{ operator: 'Neg', inputs: ['x'], outputs: ['y'] }],
    constants: { w: { dims: [2], data: Float32Array.of(5, 6) } },
  });
  const expected = { y: float32([2], -1, -2), w: float32([2], 5, 6), x: float32([2], 1, 2) };

  it('stays as it is through later runs, changes of the input, and the release', async () => {
    const session = await openSession(bytes);
    const x = float32([2], 1, 2);
    const first = await session.run({ x });
    x.data.fill(100);
    for (let i = 0; i < 50; i++) await session.run({ x });
    expect(first).toEqual(expected);
    await session.release();
    await withSession(bytes, (other) => other.run({ x }));
    expect(first).toEqual(expected);
  });

  it('can be changed without any effect on later runs', async () => {
    await withSession(bytes, async (session) => {
      const first = await session.run({ x: float32([2], 1, 2) });
      for (const { data } of Object.values(first)) (data as Float32Array).fill(100);
      expect(await session.run({ x: float32([2], 1, 2) })).toEqual(expected);
    });
  });
});
