// Whether a shape that a caller sent is one that the model takes.

import type { InferenceModel } from '@flightdeck/inference';
import type { TensorInfo, Tensors } from '@flightdeck/onnx';
import { invalidInput } from './refusals.ts';

/** Models have up to five; where one leaves it open, this bounds what lists are walked for. */
const mostDimensions = 16;

/** The shape as the input's dimensions. INPUT_INVALID says what does not agree with the model. */
export function readShape({ name, shape }: TensorInfo, value: unknown): readonly number[] {
  if (!Array.isArray(value)) throw invalidInput(name, 'shape must be a list of sizes.');
  if (value.length > mostDimensions || (shape.length > 0 && value.length !== shape.length))
    throw invalidInput(name, `shape has ${value.length} dimensions; the model takes ${described(shape)}.`);
  // One loop, since a small request has as many shapes as numbers.
  let most = 1;
  for (let i = 0; i < value.length; i++) {
    const size: unknown = value[i];
    if (!Number.isSafeInteger(size) || (size as number) < 0)
      throw invalidInput(name, 'shape must have a whole number from 0 for each dimension.');
    if (typeof shape[i] === 'number' && size !== shape[i])
      throw invalidInput(
        name,
        `shape [${value.join(', ')}] does not fit; the model takes ${described(shape)}.`,
      );
    most *= Math.max(size as number, 1);
  }
  if (most > Number.MAX_SAFE_INTEGER)
    throw invalidInput(name, `shape [${value.join(', ')}] has more elements than can be counted.`);
  return value;
}

/** INPUT_INVALID unless all inputs have the same number of rows, and at least one, where the model's first dimension is rows. */
export function assertRows(
  { inputs, batching }: Pick<InferenceModel, 'inputs' | 'batching'>,
  feeds: Tensors,
): void {
  const [first] = inputs;
  for (const { name } of inputs) {
    const rows = feeds[name]!.dims[0];
    if (rows === 0) throw invalidInput(name, 'it has no rows. Send at least one.');
    const expected = feeds[first!.name]!.dims[0];
    if ('maxRows' in batching && rows !== expected)
      throw invalidInput(
        name,
        `it has ${rows} rows and input "${first!.name}" has ${expected}. The first dimension of every input is its rows.`,
      );
  }
}

function described(shape: TensorInfo['shape']): string {
  if (shape.length === 0) return `at most ${mostDimensions}`;
  return `[${shape.map((size) => (typeof size === 'number' ? size : -1)).join(', ')}], where -1 is any size`;
}
