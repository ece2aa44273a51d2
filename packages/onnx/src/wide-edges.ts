// float16 and bfloat16 at the edges of a graph: onnxruntime-node can neither take nor give them on Node 24. So such inputs
// and outputs become float32, with a Cast node between them and the graph. (On a CPU the runtime computes most float16
// graphs in float32 anyway, and then drops the casts: numbers that float16 cannot hold are rounded here and there, or not.)

import { createHash } from 'node:crypto';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { dataTypes } from './data-types.ts';
import { integer } from './graph-builder.ts';
import type { Edge, GraphEdges } from './graph-edges.ts';
import {
  DataType,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type ValueInfoProto,
} from './onnx-messages_pb.ts';
import { unsupported } from './refusals.ts';
import type { TensorType } from './tensors.ts';

export interface WideModel {
  readonly bytes: Uint8Array;
  /** The inputs and outputs that were changed, by the names that they have now. */
  readonly narrow: ReadonlyMap<string, Edge>;
}

/** The first opset whose Cast knows the type (with its target as a number, for float16). */
const castSince: Partial<Record<TensorType, bigint>> = { float16: 6n, bfloat16: 13n };

export function isNarrow(type: TensorType): boolean {
  return castSince[type] !== undefined;
}

/**
 * The model with float32 in place of float16 and bfloat16 at its edges; the very same bytes if there are none.
 * ONNX_UNSUPPORTED if the model speaks an opset that cannot convert them.
 *
 * A changed input or output gets a new name and its Cast node takes over the old one, so nothing else in the graph has to
 * change: not its subgraphs, nor an output that is an input itself.
 */
export function widenEdges(bytes: Uint8Array, { inputs, outputs }: GraphEdges): WideModel {
  const narrowInputs = inputs.filter(({ type }) => isNarrow(type));
  const narrowOutputs = outputs.filter(({ type }) => isNarrow(type));
  const narrow = new Map<string, Edge>();
  if (narrowInputs.length + narrowOutputs.length === 0) return { bytes, narrow };

  const model = fromBinary(ModelProtoSchema, bytes);
  const graph = model.graph!;
  for (const edge of [...narrowInputs, ...narrowOutputs]) requireCast(model, edge);
  // No file holds its own checksum, so no name in it can be equal to one that is made of it.
  const checksum = createHash('sha256').update(bytes).digest('hex');
  const widen = (values: readonly ValueInfoProto[], edge: Edge, where: string): string => {
    const name = `${edge.name} as float32 ${where} ${checksum}`;
    narrow.set(name, edge);
    for (const value of values.filter((each) => each.name === edge.name)) {
      value.name = name;
      value.type!.tensorType!.elemType = DataType.FLOAT;
    }
    return name;
  };
  const before = narrowInputs.map((edge) => cast(widen(graph.input, edge, 'input'), edge.name, edge.type));
  const after = narrowOutputs.map((edge) => cast(edge.name, widen(graph.output, edge, 'output'), 'float32'));
  graph.node = [...before, ...graph.node, ...after];
  return { bytes: toBinary(ModelProtoSchema, model), narrow };
}

function cast(input: string, output: string, type: TensorType): NodeProto {
  return create(NodeProtoSchema, {
    opType: 'Cast',
    input: [input],
    output: [output],
    attribute: [integer('to', dataTypes[type])],
  });
}

function requireCast({ opsetImport }: ModelProto, { name, type }: Edge): void {
  // As the runtime reads a list that names a domain twice: the last one counts.
  const opset = opsetImport.findLast(({ domain }) => domain === '' || domain === 'ai.onnx');
  const since = castSince[type]!;
  if (opset && opset.version >= since) return;
  throw unsupported(
    `The model has ${type} at its edge ("${name}") and ${opset ? `opset ${opset.version}` : 'no standard opset'}, ` +
      `which cannot convert it. Export it with opset ${since} or later, or with float32 inputs and outputs`,
  );
}
