// Sessions and models of a single node, and tensors of any kind, for the tests of sessions.

import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { type ValueInfo, valueInfo } from './graph-builder.ts';
import { ModelProtoSchema } from './onnx-messages_pb.ts';
import { type OnnxSession, openSession } from './open-session.ts';
import { elementCount, type TensorInfo, type TensorType, tensorData } from './tensors.ts';

export async function withSession<T>(
  bytes: Uint8Array,
  use: (session: OnnxSession) => Promise<T>,
): Promise<T> {
  const session = await openSession(bytes);
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}

/** One node, its input and its outputs declared as said. */
export function oneNode(
  opType: string,
  input: ValueInfo,
  output: readonly ValueInfo[],
  { irVersion = 10n, opset = 21n } = {},
): Uint8Array {
  const node = { opType, input: [input.name ?? ''], output: output.map(({ name }) => name ?? '') };
  const model = create(ModelProtoSchema, {
    irVersion,
    opsetImport: [{ domain: '', version: opset }],
    graph: { name: 'one', input: [input], output: [...output], node: [node] },
  });
  return toBinary(ModelProtoSchema, model);
}

export const tensor = (name: string, type: TensorType = 'float32', shape: TensorInfo['shape'] = ['n']) =>
  valueInfo({ name, type, shape });
export const float32 = (dims: number[], ...numbers: number[]) => ({
  type: 'float32' as const,
  dims,
  data: Float32Array.from(numbers),
});

const integers = (min: number, max: number) => fc.integer({ min, max });
const elements: Readonly<Record<TensorType, fc.Arbitrary<unknown>>> = {
  float32: fc.float(),
  float64: fc.double(),
  // What has few bits, float16 and bfloat16 hold exactly.
  float16: integers(-2_048, 2_048),
  bfloat16: integers(-256, 256),
  int8: integers(-(2 ** 7), 2 ** 7 - 1),
  int16: integers(-(2 ** 15), 2 ** 15 - 1),
  int32: integers(-(2 ** 31), 2 ** 31 - 1),
  int64: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  uint8: integers(0, 2 ** 8 - 1),
  uint16: integers(0, 2 ** 16 - 1),
  uint32: integers(0, 2 ** 32 - 1),
  uint64: fc.bigInt(0n, 2n ** 64n - 1n),
  bool: integers(0, 1),
  // The runtime takes no NUL, and no half of a surrogate pair.
  string: fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
};

/** Several tensors of any types, of 0 to 4 dimensions of 0 to 3. */
export const anyTensors = fc
  .array(
    fc.tuple(
      fc.constantFrom(...(Object.keys(elements) as TensorType[])),
      fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .chain((shapes) =>
    fc.tuple(
      ...shapes.map(([type, dims]) => {
        const count = elementCount(dims);
        return fc.array(elements[type], { minLength: count, maxLength: count }).map((values) => {
          const data = tensorData(type, count);
          for (const [i, value] of values.entries()) (data as unknown[])[i] = value;
          return { type, dims, data };
        });
      }),
    ),
  );
