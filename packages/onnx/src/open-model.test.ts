import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { FlightdeckError, seededRandom } from '@flightdeck/core';
import { describe, expect, it } from 'vitest';
import { encodeModel } from './encode-model.ts';
import {
  AttributeType,
  DataLocation,
  DataType,
  ModelProtoSchema,
  type TensorProtoSchema,
} from './onnx-messages_pb.ts';
import { type Columns, type OnnxModel, openModel } from './open-model.ts';
import { smallColumns, smallGraph } from './small-graph.fixture.ts';

const bytes = encodeModel(smallGraph);

/** The code of the error that opening (or then running) these bytes gives, or 'fine'. */
async function outcome(damaged: Uint8Array): Promise<string> {
  let model: OnnxModel | undefined;
  try {
    model = await openModel(damaged);
    await model.run(smallColumns, 3);
    return 'fine';
  } catch (error) {
    if (error instanceof FlightdeckError) return error.code;
    throw error;
  } finally {
    await model?.release();
  }
}

describe('a damaged file', () => {
  it('is refused wherever it was cut short', async () => {
    const outcomes = new Set<string>();
    for (let length = 0; length < bytes.length; length++)
      outcomes.add(await outcome(bytes.subarray(0, length)));
    expect([...outcomes]).toEqual(['ONNX_CORRUPT']);
  });

  it('says how large it is and what to do', async () => {
    const cut = openModel(bytes.subarray(0, 100));
    await expect(cut).rejects.toThrow(/^The ONNX file of 100 bytes cannot be opened: .*Restore it/s);
  });

  // A flipped bit in a weight leaves a valid file with another weight: only a checksum finds that. Whatever else is hit must
  // end in an error of ours. An abort of the native runtime would take this test's process with it.
  it('with random bytes changed never ends the process, nor in an error without a code', async () => {
    const random = seededRandom(20);
    const counts: Record<string, number> = {};
    for (let trial = 0; trial < 1_500; trial++) {
      const damaged = Uint8Array.from(bytes);
      for (let hits = random.integer(4); hits >= 0; hits--)
        damaged[random.integer(damaged.length)] = random.integer(256);
      const code = await outcome(damaged);
      counts[code] = (counts[code] ?? 0) + 1;
    }
    expect(counts.ONNX_CORRUPT).toBeGreaterThan(1_000);
  });

  it('is refused when it is of another format', async () => {
    expect(await outcome(Buffer.from('PK\x03\x04 a zip archive'))).toBe('ONNX_CORRUPT');
    expect(await outcome(Buffer.from('\x18\x00\x00\x00ORTM an ORT format model'))).toBe('ONNX_CORRUPT');
  });

  // Field 2, the producer's name, of six letters, puts the mark of the runtime's own format where the runtime looks for it.
  // Taken for that format, the file would be read by rules under which its external data was not looked for.
  it('is read as ONNX also when it carries the mark of another format', async () => {
    expect(await outcome(Buffer.concat([Buffer.from('\x12\x06xxORTM'), bytes]))).toBe('fine');
  });
});

describe('a model that keeps weights in another file', () => {
  const external: MessageInitShape<typeof TensorProtoSchema> = {
    name: 'secret',
    dims: [1n],
    dataType: DataType.FLOAT,
    dataLocation: DataLocation.EXTERNAL,
    externalData: [{ key: 'location', value: '/etc/hostname' }],
  };

  it('is refused, and the tensor named', async () => {
    const model = fromBinary(ModelProtoSchema, bytes);
    model.graph!.initializer[0]!.dataLocation = DataLocation.EXTERNAL;
    model.graph!.initializer[0]!.externalData = create(ModelProtoSchema, {
      metadataProps: [{ key: 'location', value: 'weights.bin' }],
    }).metadataProps;
    const opened = openModel(toBinary(ModelProtoSchema, model));
    await expect(opened).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
    await expect(opened).rejects.toThrow(`"${model.graph!.initializer[0]!.name}"`);
  });

  it.each<[string, MessageInitShape<typeof ModelProtoSchema>]>([
    [
      'a constant node',
      { graph: { node: [{ opType: 'Constant', attribute: [{ name: 'value', t: external }] }] } },
    ],
    [
      'a branch',
      { graph: { node: [{ opType: 'If', attribute: [{ name: 'then', g: { initializer: [external] } }] }] } },
    ],
    ['a sparse tensor', { graph: { sparseInitializer: [{ values: external }] } }],
    [
      'a function',
      {
        graph: {},
        functions: [{ node: [{ attribute: [{ type: AttributeType.UNDEFINED, tensors: [external] }] }] }],
      },
    ],
  ])('is refused also where %s hides the tensor', async (_, model) => {
    expect(await outcome(toBinary(ModelProtoSchema, create(ModelProtoSchema, model)))).toBe(
      'ONNX_UNSUPPORTED',
    );
  });
});

describe('an open model', () => {
  async function withModel(use: (model: OnnxModel) => Promise<void>): Promise<void> {
    const model = await openModel(bytes);
    try {
      await use(model);
    } finally {
      await model.release();
    }
  }

  it('names the column that does not fit', () =>
    withModel(async (model) => {
      const { hour: _, ...withoutHour } = smallColumns;
      const wrong: [Record<string, unknown>, number, string][] = [
        [withoutHour, 3, 'input "hour" is missing'],
        [{ ...smallColumns, hour: undefined }, 3, 'input "hour" is missing'],
        [{ ...smallColumns, hour: 7 }, 3, 'input "hour" must be a Float32Array'],
        [{ ...smallColumns, hour: smallColumns.hour.slice(1) }, 3, 'input "hour" must have 3 values, not 2'],
        [{ ...smallColumns, hour: new Float64Array(3) }, 3, 'input "hour" must be a Float32Array'],
        [{ ...smallColumns, hour: ['0', '1', '2'] }, 3, 'input "hour" must be a Float32Array'],
        [{ ...smallColumns, airport: new Float32Array(3) }, 3, 'input "airport" must be a list of strings'],
        [{ ...smallColumns, airport: ['JFK', null, 'LAX'] }, 3, 'input "airport" must be a list of strings'],
        [smallColumns, 4, 'input "distance" must have 4 values, not 3'],
        [smallColumns, 0, 'rows must be a whole number above 0'],
        [smallColumns, 1.5, 'rows must be a whole number above 0'],
      ];
      for (const [columns, rows, problem] of wrong) {
        const run = model.run(columns as Columns, rows);
        await expect(run).rejects.toMatchObject({ code: 'ONNX_INPUT_INVALID', retryable: false });
        await expect(run).rejects.toThrow(problem);
      }
    }));

  it('still answers after a run that was refused', () =>
    withModel(async (model) => {
      await expect(model.run({}, 1)).rejects.toThrow('missing');
      expect(await model.run(smallColumns, 3)).toHaveLength(3);
    }));

  it('tells its inputs in their order, and its output', () =>
    withModel(async (model) => {
      expect(model.inputs).toEqual([
        { name: 'distance', type: 'float32', shape: ['rows', 1] },
        { name: 'hour', type: 'float32', shape: ['rows', 1] },
        { name: 'airport', type: 'string', shape: ['rows', 1] },
      ]);
      expect(model.outputs).toEqual([{ name: 'probability', type: 'float32', shape: ['rows', 1] }]);
    }));

  it('answers each row as it would alone, whatever stands beside it', () =>
    withModel(async (model) => {
      const together = await model.run(smallColumns, 3);
      for (let row = 0; row < 3; row++) {
        const alone = Object.entries(smallColumns).map(([name, column]) => [
          name,
          column.slice(row, row + 1),
        ]);
        expect((await model.run(Object.fromEntries(alone), 1))[0]).toBeCloseTo(together[row]!, 6);
      }
    }));

  it('does not need the bytes that it was opened from', async () => {
    const copy = Uint8Array.from(bytes);
    const model = await openModel(copy);
    const before = await model.run(smallColumns, 3);
    copy.fill(0);
    expect(await model.run(smallColumns, 3)).toEqual(before);
    await model.release();
  });

  it('finishes the runs under way before it is released, and refuses later ones', async () => {
    const model = await openModel(bytes, { threads: 2 });
    const runs = [model.run(smallColumns, 3), model.run(smallColumns, 3)];
    const released = model.release();
    await expect(model.run(smallColumns, 3)).rejects.toMatchObject({ code: 'ONNX_RELEASED' });
    await Promise.all([released, model.release()]);
    for (const run of await Promise.all(runs)) expect(run).toHaveLength(3);
  });

  it('is not opened when none of its outputs can be the score', async () => {
    const model = fromBinary(ModelProtoSchema, bytes);
    model.graph!.output[0]!.name = 'network/layer-2/sum';
    model.graph!.output.push(...fromBinary(ModelProtoSchema, bytes).graph!.output);
    model.graph!.output[1]!.name = 'inputs';
    model.graph!.output[1]!.name = 'network/layer-1/sum';
    model.graph!.output[1]!.type!.tensorType!.shape!.dim[1]!.size = { case: 'dimValue', value: 4n };
    const opened = openModel(toBinary(ModelProtoSchema, model));
    await expect(opened).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' });
    await expect(opened).rejects.toThrow('network/layer-2/sum (float32)');
  });
});
