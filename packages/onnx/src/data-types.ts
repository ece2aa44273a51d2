// ONNX's numbers for element types, and this package's names for those that it can carry.

import { DataType, DataTypeSchema } from './onnx-messages_pb.ts';
import type { TensorType } from './tensors.ts';

export const dataTypes: Readonly<Record<TensorType, DataType>> = {
  float32: DataType.FLOAT,
  float64: DataType.DOUBLE,
  float16: DataType.FLOAT16,
  bfloat16: DataType.BFLOAT16,
  int8: DataType.INT8,
  int16: DataType.INT16,
  int32: DataType.INT32,
  int64: DataType.INT64,
  uint8: DataType.UINT8,
  uint16: DataType.UINT16,
  uint32: DataType.UINT32,
  uint64: DataType.UINT64,
  bool: DataType.BOOL,
  string: DataType.STRING,
};

const tensorTypes = new Map(Object.entries(dataTypes).map(([name, type]) => [type, name as TensorType]));

/** Undefined for a type that cannot be carried. */
export function tensorTypeOf(type: DataType): TensorType | undefined {
  return tensorTypes.get(type);
}

/** For messages: the specification's name. */
export function dataTypeName(type: DataType): string {
  return DataTypeSchema.value[type]?.localName.toLowerCase() ?? `of the unknown type ${type}`;
}
