// Collects nodes and constants while a graph is put together, and names the values that wire them to each other.

import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { dataTypes } from './data-types.ts';
import {
  type AttributeProtoSchema,
  AttributeType,
  DataType,
  type GraphProto,
  GraphProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from './onnx-messages_pb.ts';
import type { TensorInfo, TensorType } from './tensors.ts';

/** The name of a value: of a graph input, of a constant, or of what a node computes. */
export type Value = string;

export type Attribute = MessageInitShape<typeof AttributeProtoSchema>;
export type ValueInfo = MessageInitShape<typeof ValueInfoProtoSchema>;

export interface NodeOptions {
  readonly attributes?: readonly Attribute[];
  /** The operator's set; the standard one (ai.onnx) where left out. */
  readonly domain?: string;
}

export interface GraphBuilder {
  /** Adds a graph input of shape [rows, 1]. */
  input(name: string, type: 'number' | 'category'): Value;
  /** Adds a float32 constant; each number is rounded to float32. */
  floats(name: string, numbers: Iterable<number>, dimensions: readonly [number, number]): Value;
  /** Adds a vector of int64 constants. */
  integers(name: string, numbers: readonly number[]): Value;
  /** Adds an operator and returns its output. */
  node(operator: string, inputs: readonly Value[], output: string, options?: NodeOptions): Value;
  /** Adds an operator with several outputs and returns them. */
  nodes(
    operator: string,
    inputs: readonly Value[],
    outputs: readonly string[],
    options?: NodeOptions,
  ): Value[];
  /** The same graph, with every new name below `scope`: "scope/name". */
  within(scope: string): GraphBuilder;
  /** The graph so far, with one output, float32 of shape [rows, 1]. */
  finish(name: string, output: Value): GraphProto;
}

/** What was added so far. */
interface Parts {
  readonly input: ValueInfo[];
  readonly initializer: MessageInitShape<typeof TensorProtoSchema>[];
  readonly node: MessageInitShape<typeof NodeProtoSchema>[];
}

export function graphBuilder(): GraphBuilder {
  return builderOver({ input: [], initializer: [], node: [] }, '');
}

function builderOver(parts: Parts, prefix: string): GraphBuilder {
  const constant = (
    name: string,
    dataType: DataType,
    dims: readonly number[],
    numbers: ArrayBuffer,
  ): Value => {
    parts.initializer.push({ name, dataType, dims: dims.map(BigInt), rawData: new Uint8Array(numbers) });
    return name;
  };
  const builder: GraphBuilder = {
    input(name, type) {
      parts.input.push(column(name, type === 'category' ? 'string' : 'float32'));
      return name;
    },
    floats: (name, numbers, dimensions) =>
      constant(prefix + name, DataType.FLOAT, dimensions, Float32Array.from(numbers).buffer),
    integers: (name, numbers) =>
      constant(prefix + name, DataType.INT64, [numbers.length], BigInt64Array.from(numbers, BigInt).buffer),
    node: (operator, inputs, output, options) => builder.nodes(operator, inputs, [output], options)[0]!,
    nodes(opType, inputs, names, { attributes = [], domain } = {}) {
      const output = names.map((name) => prefix + name);
      parts.node.push({
        name: output[0],
        opType,
        domain,
        input: [...inputs],
        output,
        attribute: [...attributes],
      });
      return output;
    },
    within: (scope) => builderOver(parts, `${prefix}${scope}/`),
    finish: (name, output) =>
      create(GraphProtoSchema, { name, ...parts, output: [column(output, 'float32')] }),
  };
  return builder;
}

/** Puts matrices with the same rows side by side. */
export function concat(graph: GraphBuilder, values: readonly Value[], output: string): Value {
  if (values.length === 1) return values[0]!;
  return graph.node('Concat', values, output, { attributes: [integer('axis', 1)] });
}

export function integer(name: string, value: number): Attribute {
  return { name, type: AttributeType.INT, i: BigInt(value) };
}

export function integers(name: string, values: readonly number[]): Attribute {
  return { name, type: AttributeType.INTS, ints: values.map(BigInt) };
}

export function strings(name: string, values: readonly string[]): Attribute {
  const utf8 = new TextEncoder();
  return { name, type: AttributeType.STRINGS, strings: values.map((value) => utf8.encode(value)) };
}

/** An input or output as a graph declares it. */
export function valueInfo({ name, type, shape }: TensorInfo): ValueInfo {
  const dim = shape.map((size) =>
    typeof size === 'number'
      ? ({ size: { case: 'dimValue', value: BigInt(size) } } as const)
      : ({ size: { case: 'dimParam', value: size } } as const),
  );
  return { name, type: { tensorType: { elemType: dataTypes[type], shape: { dim } } } };
}

function column(name: string, type: TensorType): ValueInfo {
  return valueInfo({ name, type, shape: ['rows', 1] });
}
