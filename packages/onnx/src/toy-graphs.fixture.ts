// Small graphs whose answers are obvious, for the tests of whatever runs models: they are made here, so that no binary file lies
// in the repository.

import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { type Attribute, valueInfo } from './graph-builder.ts';
import { AttributeType, DataType, type ModelProto, ModelProtoSchema } from './onnx-messages_pb.ts';
import type { TensorInfo, TensorType } from './tensors.ts';

export interface ToyNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: readonly Attribute[];
}

export interface ToyGraph {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly nodes: readonly ToyNode[];
  /** float32 constants. */
  readonly constants?: Readonly<Record<string, { dims: readonly number[]; data: Float32Array }>>;
}

/** The graph as an ONNX file: IR 8, opset 17. */
export function toyModel({ inputs, outputs, nodes, constants = {} }: ToyGraph): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    producerName: 'flightdeck-tests',
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'toy',
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
      node: nodes.map(({ operator, inputs: input, outputs: output, attributes = [] }) => ({
        opType: operator,
        name: output[0]!,
        input: [...input],
        output: [...output],
        attribute: [...attributes],
      })),
      initializer: Object.entries(constants).map(([name, { dims, data }]) => ({
        name,
        dataType: DataType.FLOAT,
        dims: dims.map(BigInt),
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      })),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** sum = a + b and difference = a - b, float32 [batch, 3]. */
export function addModel(): Uint8Array {
  const shape = ['batch', 3];
  return toyModel({
    inputs: ['a', 'b'].map((name) => ({ name, type: 'float32', shape })),
    outputs: ['sum', 'difference'].map((name) => ({ name, type: 'float32', shape })),
    nodes: [
      { operator: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
      { operator: 'Sub', inputs: ['a', 'b'], outputs: ['difference'] },
    ],
  });
}

/** An input `in_TYPE` and an equal output `out_TYPE` for each type, of shape [batch, 2]. */
export function identityModel(types: readonly TensorType[]): Uint8Array {
  const shape = ['batch', 2];
  return toyModel({
    inputs: types.map((type) => ({ name: `in_${type}`, type, shape })),
    outputs: types.map((type) => ({ name: `out_${type}`, type, shape })),
    nodes: types.map((type) => ({ operator: 'Identity', inputs: [`in_${type}`], outputs: [`out_${type}`] })),
  });
}

/** value[i] = 10 * index[i], int64 [batch] to float32 [batch]; an index outside of 0 to 9 breaks the run. */
export function lookupModel(): Uint8Array {
  return toyModel({
    inputs: [{ name: 'index', type: 'int64', shape: ['batch'] }],
    outputs: [{ name: 'value', type: 'float32', shape: ['batch'] }],
    nodes: [{ operator: 'Gather', inputs: ['table', 'index'], outputs: ['value'] }],
    constants: { table: { dims: [10], data: Float32Array.from({ length: 10 }, (_, i) => 10 * i) } },
  });
}

/** mean = the mean over a sequence of any length, float32 [batch, length] to [batch, 1]. */
export function sequenceModel(): Uint8Array {
  return toyModel({
    inputs: [{ name: 'sequence', type: 'float32', shape: ['batch', 'length'] }],
    outputs: [{ name: 'mean', type: 'float32', shape: ['batch', 1] }],
    nodes: [
      {
        operator: 'ReduceMean',
        inputs: ['sequence'],
        outputs: ['mean'],
        attributes: [{ name: 'axes', type: AttributeType.INTS, ints: [1n] }],
      },
    ],
  });
}

/**
 * A model that takes its time: y = x W^layers, float32 [batch, width] to the same, with W the identity, so that y = x. A run of
 * one row reads layers * width^2 weights: 24 layers of 1,024 take some 10 ms.
 */
export function slowModel(layers: number, width: number): Uint8Array {
  const identity = new Float32Array(width * width);
  for (let i = 0; i < width; i++) identity[i * width + i] = 1;
  const values = ['x', ...Array.from({ length: layers - 1 }, (_, i) => `x${i + 1}`), 'y'];
  return toyModel({
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', width] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', width] }],
    nodes: values.slice(1).map((output, i) => ({
      operator: 'MatMul',
      inputs: [values[i]!, 'weights'],
      outputs: [output],
    })),
    constants: { weights: { dims: [width, width], data: identity } },
  });
}

/** The model after `edit` has changed what the functions above leave out. */
export function editedModel(bytes: Uint8Array, edit: (model: ModelProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, bytes);
  edit(model);
  return toBinary(ModelProtoSchema, model);
}
