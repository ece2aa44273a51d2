// Rows to try a model on before it serves: those that came with it, or rows made up from what its inputs declare.

import {
  elementCount,
  type TensorData,
  type TensorInfo,
  type Tensors,
  type TensorValue,
  tensorData,
} from '@flightdeck/onnx';
import type { RowSource } from './row-source.ts';

/** Zeros and empty strings, with every size that may differ from call to call set to 1. */
export function emptySample(inputs: readonly TensorInfo[]): Tensors {
  return Object.fromEntries(
    inputs.map(({ name, type, shape }) => {
      const dims = shape.map((size) => (typeof size === 'number' ? size : 1));
      return [name, { type, dims, data: tensorData(type, elementCount(dims)) }];
    }),
  );
}

/** The rows of these numbers, one below the other. */
export function pickRows(inputs: readonly TensorInfo[], source: RowSource, rows: readonly number[]): Tensors {
  const picked: Record<string, TensorValue> = {};
  const columns: Record<string, TensorData> = {};
  for (const { name, type } of inputs) {
    const dims = [rows.length, ...source.rowShapes[name]!];
    const data = tensorData(type, elementCount(dims));
    picked[name] = { type, dims, data };
    columns[name] = data;
  }
  rows.forEach((row, at) => {
    source.copy(row, row + 1, columns, at);
  });
  return picked;
}

/** The same shapes with other values: numbers one larger, the other truth value, longer strings. */
export function otherValues(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { type, dims, data }]) => [
      name,
      { type, dims, data: otherData(type, data) },
    ]),
  );
}

function otherData(type: TensorValue['type'], data: TensorData): TensorData {
  if (Array.isArray(data)) return data.map((text) => `${text}a`);
  if (type === 'bool') return (data as Uint8Array).map((truth) => 1 - truth);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return data.map((value) => value + 1n);
  return (data as Float32Array).map((value) => value + 1);
}
