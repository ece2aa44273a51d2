// What a file declares that its graph takes and gives. The runtime tells most of it too, but not all: it has no name for some
// types, and the same empty shape for a single value and for a tensor of any rank.

import { fromBinary } from '@bufbuild/protobuf';
import { dataTypeName, tensorTypeOf } from './data-types.ts';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  SparseTensorProtoSchema,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx-messages_pb.ts';
import { eachField, lean } from './protobuf-fields.ts';
import { unsupported } from './refusals.ts';
import type { TensorType } from './tensors.ts';

export interface Edge {
  readonly name: string;
  readonly type: TensorType;
  /** Whether the number of dimensions is left open. */
  readonly anyRank: boolean;
}

export interface GraphEdges {
  /** What has to be fed: without inputs that have a value in the file. */
  readonly inputs: readonly Edge[];
  /** The outputs that are declared as tensors. */
  readonly outputs: readonly Edge[];
}

/**
 * Reads inputs and outputs from a file's bytes. ONNX_UNSUPPORTED names an input that is no tensor, and an input or output
 * whose type cannot be carried. A plain error means that the bytes are no ONNX file.
 */
export function graphEdges(bytes: Uint8Array): GraphEdges {
  const { inputs, outputs, constants } = declarations(bytes);
  const fed = inputs.filter(({ name }) => !constants.has(name));
  return {
    inputs: fed.map((value) => edgeOf('input', value) ?? noTensor(value)),
    outputs: outputs.map((value) => edgeOf('output', value)).filter((edge) => edge !== null),
  };
}

interface Declarations {
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  readonly constants: ReadonlySet<string>;
}

function declarations(bytes: Uint8Array): Declarations {
  const inputs: ValueInfoProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const constants = new Set<string>();
  const fields = GraphProtoSchema.field;
  let graphs = 0;
  eachField(bytes, { start: 0, end: bytes.length }, (field, graph) => {
    if (field !== ModelProtoSchema.field.graph.number) return;
    graphs++;
    eachField(bytes, graph, (number, { start, end }) => {
      const content = bytes.subarray(start, end);
      if (number === fields.input.number) inputs.push(fromBinary(ValueInfoProtoSchema, content, lean));
      if (number === fields.output.number) outputs.push(fromBinary(ValueInfoProtoSchema, content, lean));
      if (number === fields.initializer.number)
        constants.add(fromBinary(TensorProtoSchema, content, lean).name);
      if (number === fields.sparseInitializer.number)
        constants.add(fromBinary(SparseTensorProtoSchema, content, lean).values?.name ?? '');
    });
  });
  if (graphs === 0) throw new Error('it holds no graph');
  return { inputs, outputs, constants };
}

/** Null for what is declared as no tensor, or not at all. */
function edgeOf(what: string, { name, type }: ValueInfoProto): Edge | null {
  // Assigned as a property of a plain object, this name would replace the object's prototype.
  if (name === '__proto__') throw unsupported(`The model's ${what} is called "__proto__". Rename it`);
  if (!type?.tensorType) return null;
  const { elemType, shape } = type.tensorType;
  const carried = tensorTypeOf(elemType);
  if (carried) return { name, type: carried, anyRank: shape === undefined };
  throw unsupported(
    `The model's ${what} "${name}" is ${dataTypeName(elemType)}, which cannot be carried. ` +
      'Put a Cast to a plain number type (such as float32 or int64) at the edge of the graph',
  );
}

function noTensor({ name }: ValueInfoProto): never {
  throw unsupported(
    `The model's input "${name}" is no tensor (a map, a sequence or an optional value). Export it with tensors alone`,
  );
}
