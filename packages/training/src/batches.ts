// Batches: chosen rows of the encoded table, copied together and handed to TensorFlow.js as tensors.

import type { BatchTensors } from './network.ts';
import type { EncodedRows } from './preprocessing.ts';
import { tf } from './tensorflow.ts';

/** The tensors of these rows, in this order. Call inside `tf.tidy`, which frees them. */
export function batchTensors({ numbers, width, categories }: EncodedRows, rows: Uint32Array): BatchTensors {
  const gathered = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * width;
    for (let column = 0; column < width; column++) gathered[i * width + column] = numbers[from + column]!;
  }
  return {
    numbers: tf.tensor2d(gathered, [rows.length, width]),
    categories: categories.map((column) =>
      tf.tensor1d(
        Int32Array.from(rows, (row) => column[row]!),
        'int32',
      ),
    ),
  };
}
