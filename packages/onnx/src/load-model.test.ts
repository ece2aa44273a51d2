import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { integer, type ValueInfo } from './graph-builder.ts';
import { AttributeType, DataLocation, DataType, ModelProtoSchema } from './onnx-messages_pb.ts';
import { openSession } from './open-session.ts';
import { float32, oneNode, tensor, withSession } from './session.fixture.ts';
import { editedModel, identityModel } from './toy-graphs.fixture.ts';

describe('a model whose outputs are not all tensors', () => {
  const map = (name: string): ValueInfo => ({
    name,
    type: {
      sequenceType: {
        elemType: {
          mapType: { keyType: DataType.INT64, valueType: { tensorType: { elemType: DataType.FLOAT } } },
        },
      },
    },
  });
  /** As skl2onnx exports a classifier: the probabilities become a list of maps from class to probability. */
  const classifier = (outputs: readonly ValueInfo[]) =>
    toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, {
        irVersion: 8n,
        opsetImport: [
          { domain: '', version: 17n },
          { domain: 'ai.onnx.ml', version: 1n },
        ],
        graph: {
          name: 'classifier',
          input: [tensor('x', 'float32', ['rows', 2])],
          output: [...outputs],
          node: [
            {
              opType: 'ArgMax',
              input: ['x'],
              output: ['label'],
              attribute: [integer('axis', 1), integer('keepdims', 0)],
            },
            {
              opType: 'ZipMap',
              domain: 'ai.onnx.ml',
              input: ['x'],
              output: ['probabilities'],
              attribute: [{ name: 'classlabels_int64s', type: AttributeType.INTS, ints: [0n, 1n] }],
            },
          ],
        },
      }),
    );

  it('computes those that are', async () => {
    const bytes = classifier([tensor('label', 'int64', ['rows']), map('probabilities')]);
    await withSession(bytes, async (session) => {
      expect(session.outputs).toEqual([{ name: 'label', type: 'int64', shape: ['rows'] }]);
      expect(session.skippedOutputs).toEqual(['probabilities']);
      const x = float32([2, 2], 0.9, 0.1, 0.3, 0.7);
      const label = { type: 'int64', dims: [2], data: BigInt64Array.of(0n, 1n) };
      expect(await session.run({ x })).toEqual({ label });
      await expect(session.run({ x }, ['probabilities'])).rejects.toThrow('it has no output "probabilities"');
    });
  });

  it('is refused when none is, and told what to do', async () => {
    const opened = openSession(classifier([map('probabilities')]));
    await expect(opened).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
    await expect(opened).rejects.toThrow(
      /no output that is a tensor \(its outputs: probabilities\).*zipmap=False/,
    );
  });

  it('is refused when it has no output at all', async () => {
    await expect(openSession(oneNode('Neg', tensor('x'), []))).rejects.toMatchObject({
      code: 'ONNX_CORRUPT',
    });
    const unused = editedModel(oneNode('Neg', tensor('x'), [tensor('y')]), ({ graph }) => {
      graph!.output = [];
    });
    await expect(openSession(unused)).rejects.toThrow('(its outputs: none)');
  });
});

describe('a model that cannot be carried', () => {
  const sequence: ValueInfo = {
    name: 'x',
    type: { sequenceType: { elemType: { tensorType: { elemType: DataType.FLOAT } } } },
  };
  const of = (name: string, elemType: DataType): ValueInfo => ({
    name,
    type: { tensorType: { elemType, shape: { dim: [] } } },
  });
  const { COMPLEX64, INT4, FLOAT8E4M3FN, FLOAT } = DataType;

  it.each<[string, Uint8Array, string]>([
    ['a sequence', oneNode('SequenceLength', sequence, [tensor('y', 'int64', [])]), 'input "x" is no tensor'],
    [
      'complex numbers',
      oneNode('Identity', of('x', COMPLEX64), [of('y', COMPLEX64)]),
      'input "x" is complex64',
    ],
    ['int4', oneNode('Identity', of('x', INT4), [of('y', INT4)]), 'input "x" is int4'],
    [
      'float8',
      oneNode('Identity', of('x', FLOAT8E4M3FN), [of('y', FLOAT8E4M3FN)]),
      'input "x" is float8e4m3fn',
    ],
    [
      'a type of the future',
      oneNode('Identity', of('x', 99 as DataType), [tensor('y')]),
      'of the unknown type 99',
    ],
    ['an output of int4', oneNode('Identity', of('x', FLOAT), [of('y', INT4)]), 'output "y" is int4'],
    ['an input called __proto__', oneNode('Neg', tensor('__proto__'), [tensor('y')]), 'called "__proto__"'],
    ['an output called __proto__', oneNode('Neg', tensor('x'), [tensor('__proto__')]), 'called "__proto__"'],
  ])('is refused by name: %s', async (_, bytes, problem) => {
    const opened = openSession(bytes);
    await expect(opened).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
    await expect(opened).rejects.toThrow(problem);
  });

  // Fetching such an output would end the process, so this test's process is the proof.
  it.each(['INT4', 'FLOAT16', 'BFLOAT16', 'FLOAT8E4M3FN'] as const)(
    'is refused also where the file does not say that its output is %s',
    async (type) => {
      const undeclared = editedModel(oneNode('Cast', tensor('x'), [{ name: 'y' }]), ({ graph }) => {
        graph!.node[0]!.attribute = create(ModelProtoSchema, {
          graph: { node: [{ attribute: [integer('to', DataType[type])] }] },
        }).graph!.node[0]!.attribute;
      });
      await expect(openSession(undeclared)).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
    },
  );

  it.each([
    ['opset', { opset: 999n }],
    ['format', { irVersion: 999n }],
  ])('is refused as too new, not as corrupt, with an %s of the future', async (_, more) => {
    const opened = openSession(oneNode('Neg', tensor('x'), [tensor('y')], more));
    await expect(opened).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
    await expect(opened).rejects.toThrow('with an older opset');
  });
});

describe('a hostile file', () => {
  /** Field `number`, which holds `content`. */
  function field(number: number, content: Uint8Array): Uint8Array {
    const length: number[] = [];
    for (let rest = content.length; ; rest >>>= 7) {
      length.push(rest > 127 ? (rest & 127) | 128 : rest);
      if (rest <= 127) break;
    }
    return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), content]);
  }

  /** A graph whose node has an attribute with a graph whose node has …, around `inner`. */
  function nested(depth: number, inner: Uint8Array): Uint8Array {
    let graph = inner;
    for (let i = 0; i < depth; i++) graph = field(1, field(5, field(6, graph)));
    return field(7, graph);
  }

  it.each([100, 1_000])('is refused when graphs lie %d deep in each other', async (depth) => {
    const deep = nested(depth, new Uint8Array());
    await expect(openSession(deep)).rejects.toMatchObject({ code: 'ONNX_CORRUPT' });
    // With float16 at its edge the whole file has to be read.
    const narrow = Buffer.concat([identityModel(['float16']), deep]);
    await expect(openSession(narrow)).rejects.toMatchObject({ code: 'ONNX_CORRUPT' });
  });

  it('cannot hide external data, however deep', async () => {
    const { graph } = create(ModelProtoSchema, {
      graph: { initializer: [{ name: 'secret', dataLocation: DataLocation.EXTERNAL }] },
    });
    const [secret] = graph!.initializer;
    const inner = toBinary(ModelProtoSchema, create(ModelProtoSchema, { graph: { initializer: [secret!] } }));
    // The bytes of the graph alone, without the field of the model that holds it.
    const opened = openSession(nested(1_000, inner.subarray(2)));
    await expect(opened).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
    await expect(opened).rejects.toThrow('"secret"');
  });

  it('may declare any size: nothing is made room for', async () => {
    const huge = 2n ** 40n;
    const bytes = editedModel(
      oneNode('Neg', tensor('x', 'float32', [1, 1]), [tensor('y', 'float32', [1, 1])]),
      ({ graph }) => {
        for (const { type } of [...graph!.input, ...graph!.output])
          for (const dim of type!.tensorType!.shape!.dim) dim.size = { case: 'dimValue', value: huge };
      },
    );
    await withSession(bytes, async (session) => {
      expect(session.inputs[0]!.shape).toEqual([Number(huge), Number(huge)]);
      await expect(session.run({ x: float32([1, 1], 1) })).rejects.toMatchObject({
        code: 'ONNX_INPUT_INVALID',
      });
    });
  });

  it('fails in the run when it asks for more memory than there is', async () => {
    const bytes = oneNode('ConstantOfShape', tensor('x', 'int64', [1]), [tensor('y')]);
    await withSession(bytes, async (session) => {
      for (const size of [2n ** 50n, -1n]) {
        const x = { type: 'int64', dims: [1], data: BigInt64Array.of(size) } as const;
        await expect(session.run({ x })).rejects.toMatchObject({ code: 'ONNX_RUN_FAILED' });
      }
    });
  });
});
