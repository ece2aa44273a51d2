import { create, fromBinary, type MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { integer, valueInfo } from './graph-builder.ts';
import { graphEdges } from './graph-edges.ts';
import { AttributeType, DataType, type ModelProto, ModelProtoSchema } from './onnx-messages_pb.ts';
import { openSession } from './open-session.ts';
import type { Tensors, TensorType } from './tensors.ts';
import { addModel, editedModel, identityModel, type ToyGraph, toyModel } from './toy-graphs.fixture.ts';
import { widenEdges } from './wide-edges.ts';

/** What a model says to `x` (and to what else it takes), as float16 unless said otherwise. */
async function answersTo(
  bytes: Uint8Array,
  numbers: number[],
  type: TensorType = 'float16',
): Promise<Tensors> {
  const session = await openSession(bytes);
  const feeds = session.inputs.map(({ name }) => [
    name,
    { type, dims: [numbers.length], data: Float32Array.from(numbers) },
  ]);
  const answers = await session.run(Object.fromEntries(feeds));
  await session.release();
  return answers;
}

/** Input `x` and output `y` of one type and shape [n], with `nodes` between them. */
function modelOf(nodes: ToyGraph['nodes'], type: TensorType = 'float16', more: Partial<ToyGraph> = {}) {
  return toyModel({
    inputs: [{ name: 'x', type, shape: ['n'] }],
    outputs: [{ name: 'y', type, shape: ['n'] }],
    nodes,
    ...more,
  });
}

const negate = { operator: 'Neg', inputs: ['x'], outputs: ['y'] };

describe('a model with float16 or bfloat16 at its edges', () => {
  it.each(['float16', 'bfloat16'] as const)('names %s as its type, and is fed float32', async (type) => {
    const session = await openSession(identityModel([type]));
    expect(session.inputs).toEqual([{ name: `in_${type}`, type, shape: ['batch', 2] }]);
    expect(session.outputs).toEqual([{ name: `out_${type}`, type, shape: ['batch', 2] }]);
    const wrong = session.run({ [`in_${type}`]: { type, dims: [1, 2], data: new Uint16Array(2) } });
    await expect(wrong).rejects.toThrow(`input "in_${type}" must be a Float32Array`);
    await session.release();
  });

  // Whether a step is rounded to float16 is the runtime's choice: it computes in float32 what it has no float16 code for.
  it.each([
    ['float16', [1 / 4, -2_047, 65_504, 6e-8, Number.NaN, -Infinity], 2 ** -11],
    ['bfloat16', [1 + 2 ** -7, -255, 2 ** 127, 2 ** -120, Number.NaN, -Infinity], 2 ** -8],
  ] as const)(
    'gives %s numbers back exactly, and others as near as it can',
    async (type, numbers, precision) => {
      const exact = Float32Array.from(numbers, type === 'float16' ? Math.f16round : Number);
      const bytes = modelOf([{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }], type);
      expect(await answersTo(bytes, [...exact], type)).toEqual({ y: { type, dims: [6], data: exact } });
      const { y } = await answersTo(bytes, [1 / 3], type);
      expect(Math.abs(Number(y!.data[0]) * 3 - 1)).toBeLessThanOrEqual(precision);
    },
  );

  it('mixes with other types, and computes only the outputs that are asked for', async () => {
    const session = await openSession(identityModel(['float16', 'int8', 'bfloat16', 'float32']));
    const of = (type: TensorType, data: Float32Array | Int8Array) => ({ type, dims: [1, 2], data });
    const feeds = {
      in_float16: of('float16', Float32Array.of(1, 2)),
      in_int8: of('int8', Int8Array.of(3, 4)),
      in_bfloat16: of('bfloat16', Float32Array.of(5, 6)),
      in_float32: of('float32', Float32Array.of(7, 8)),
    };
    expect(await session.run(feeds, ['out_bfloat16', 'out_int8'])).toEqual({
      out_bfloat16: feeds.in_bfloat16,
      out_int8: feeds.in_int8,
    });
    expect(Object.keys(await session.run(feeds))).toEqual(session.outputs.map(({ name }) => name));
    await session.release();
  });

  it('may give an input as an output, or the same value under two names', async () => {
    const float16 = ['x', 'y', 'z'].map((name) => ({ name, type: 'float16' as const, shape: ['n'] }));
    const nodes = [negate, { operator: 'Identity', inputs: ['y'], outputs: ['z'] }];
    const answers = await answersTo(modelOf(nodes, 'float16', { outputs: float16 }), [1, 2]);
    expect(Object.entries(answers).map(([name, { data }]) => [name, [...data]])).toEqual([
      ['x', [1, 2]],
      ['y', [-1, -2]],
      ['z', [-1, -2]],
    ]);
  });

  it('may use its input in a branch', async () => {
    const branch = (operator: string): MessageInitShape<typeof ModelProtoSchema>['graph'] => ({
      name: operator,
      node: [{ opType: operator, input: ['x'], output: [`${operator} x`] }],
      output: [valueInfo({ name: `${operator} x`, type: 'float16', shape: ['n'] })],
    });
    const choose = {
      operator: 'If',
      inputs: ['condition'],
      outputs: ['y'],
      attributes: [
        { name: 'then_branch', type: AttributeType.GRAPH, g: branch('Neg') },
        { name: 'else_branch', type: AttributeType.GRAPH, g: branch('Abs') },
      ],
    };
    const session = await openSession(
      modelOf([choose], 'float16', {
        inputs: [
          { name: 'x', type: 'float16', shape: ['n'] },
          { name: 'condition', type: 'bool', shape: [] },
        ],
      }),
    );
    const x = { type: 'float16', dims: [2], data: Float32Array.of(-1, 2) } as const;
    for (const [condition, expected] of [
      [1, [1, -2]],
      [0, [1, 2]],
    ] as const) {
      const { y } = await session.run({
        x,
        condition: { type: 'bool', dims: [], data: Uint8Array.of(condition) },
      });
      expect([...y!.data]).toEqual(expected);
    }
    await session.release();
  });

  it('does not take what has a value in the file, but keeps it', async () => {
    const withDefault = editedModel(
      modelOf([{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }]),
      ({ graph }) => {
        const w = create(ModelProtoSchema, {
          graph: {
            input: [valueInfo({ name: 'w', type: 'float16', shape: [1] })],
            initializer: [
              { name: 'w', dataType: DataType.FLOAT16, dims: [1n], rawData: Uint8Array.of(0, 0x3c) },
            ],
          },
        }).graph!;
        graph!.input.push(...w.input);
        graph!.initializer.push(...w.initializer);
      },
    );
    expect(graphEdges(withDefault).inputs.map(({ name }) => name)).toEqual(['x']);
    const { y } = await answersTo(withDefault, [1, 2]);
    expect([...y!.data]).toEqual([2, 3]);
  });

  it.each([
    ['bfloat16', 12n, 13],
    ['float16', 5n, 6],
  ] as const)(
    'of %s and opset %s is refused, since only opset %s converts it',
    async (type, opset, since) => {
      const old = editedModel(modelOf([negate], type), (model) => {
        model.opsetImport[0]!.version = opset;
      });
      const opened = openSession(old);
      await expect(opened).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
      await expect(opened).rejects.toThrow(
        `("x") and opset ${opset}, which cannot convert it. Export it with opset ${since}`,
      );
    },
  );

  it('is refused when it names no standard opset', async () => {
    const opened = openSession(
      editedModel(modelOf([negate]), (model) => {
        model.opsetImport[0]!.domain = 'ai.onnx.ml';
      }),
    );
    await expect(opened).rejects.toThrow('no standard opset');
  });
});

describe('widening', () => {
  it('hands on the very same bytes where no edge is narrow', () => {
    const bytes = addModel();
    expect(widenEdges(bytes, graphEdges(bytes)).bytes).toBe(bytes);
    const inside = modelOf(
      [
        { operator: 'Cast', inputs: ['x'], outputs: ['half'], attributes: [integer('to', DataType.FLOAT16)] },
        { operator: 'Cast', inputs: ['half'], outputs: ['y'], attributes: [integer('to', DataType.FLOAT)] },
      ],
      'float32',
    );
    expect(widenEdges(inside, graphEdges(inside)).bytes).toBe(inside);
  });

  it('keeps every field of the file that our messages do not describe', () => {
    // An unused number, once as text, once as a fixed number of 32 bits.
    const unknown = (text: string) => [
      { no: 90, wireType: 2, data: Uint8Array.of(text.length, ...new TextEncoder().encode(text)) },
      { no: 91, wireType: 5, data: Uint8Array.of(1, 2, 3, text.length) },
    ];
    const places = ({ graph, ...model }: ModelProto) => ({
      opset: model.opsetImport[0]!,
      graph: graph!,
      node: graph!.node.find(({ opType }) => opType === 'Concat')!,
      attribute: graph!.node.find(({ opType }) => opType === 'Concat')!.attribute[0]!,
      constant: graph!.initializer[0]!,
      input: graph!.input[0]!,
      type: graph!.input[0]!.type!,
      size: graph!.input[0]!.type!.tensorType!.shape!.dim[0]!,
      output: graph!.output[0]!,
    });
    const concat = {
      operator: 'Concat',
      inputs: ['x'],
      outputs: ['y'],
      attributes: [integer('axis', 0)],
    };
    const constants = { unused: { dims: [1], data: Float32Array.of(1) } };
    const bytes = editedModel(modelOf([concat], 'float16', { constants }), (model) => {
      model.$unknown = unknown('model');
      for (const [place, message] of Object.entries(places(model))) message.$unknown = unknown(place);
    });
    const wide = fromBinary(ModelProtoSchema, widenEdges(bytes, graphEdges(bytes)).bytes);
    expect(wide.$unknown).toEqual(unknown('model'));
    for (const [place, message] of Object.entries(places(wide)))
      expect(message.$unknown).toEqual(unknown(place));
  });

  // Attribute field 2 (f) and tensor field 5 (int32_data) are real fields of ONNX that our messages leave out.
  it('gives a model that still computes with those fields', async () => {
    const leaky = {
      operator: 'LeakyRelu',
      inputs: ['x'],
      outputs: ['leaked'],
      attributes: [{ name: 'alpha', type: 1 as AttributeType }],
    };
    const add = { operator: 'Add', inputs: ['leaked', 'two'], outputs: ['y'] };
    const bytes = editedModel(modelOf([leaky, add]), ({ graph }) => {
      graph!.node[0]!.attribute[0]!.$unknown = [
        { no: 2, wireType: 5, data: new Uint8Array(Float32Array.of(0.5).buffer) },
      ];
      const two = create(ModelProtoSchema, {
        graph: { initializer: [{ name: 'two', dataType: DataType.FLOAT16, dims: [1n] }] },
      }).graph!.initializer[0]!;
      // A list of one varint, 0x4000, which is 2 as float16.
      two.$unknown = [{ no: 5, wireType: 2, data: Uint8Array.of(3, 0x80, 0x80, 0x01) }];
      graph!.initializer.push(two);
    });
    const { y } = await answersTo(bytes, [-1, 4]);
    expect([...y!.data]).toEqual([1.5, 6]);
  });
});
