// Graphs that the toy models of the ONNX package cannot be: with outputs that are no tensors, and with weights in another file.
// A protobuf message that is appended to another is merged into it, so what is odd about them is appended byte by byte.

import { toyModel } from '@flightdeck/onnx/fixtures';

/** y = x, float32 [batch, 2]. */
export function copyModel(): Uint8Array {
  return toyModel({
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', 2] }],
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
  });
}

/** The model with one more output called "pairs": a sequence with its input "x", as scikit-learn's ZipMap gives one. */
export function withSequenceOutput(model: Uint8Array): Uint8Array {
  const node = field(1, field(1, 'x'), field(2, 'pairs'), field(4, 'SequenceConstruct'));
  return appended(model, field(7, node, field(12, ...sequenceNamed('pairs'))));
}

/** The model with one more input called "list": a sequence of float32 tensors. */
export function withSequenceInput(model: Uint8Array): Uint8Array {
  return appended(model, field(7, field(11, ...sequenceNamed('list'))));
}

/** The model with one more weight, which is said to be in a file beside it. */
export function withExternalWeight(model: Uint8Array): Uint8Array {
  const dataLocation = [14 << 3, 1];
  return appended(model, field(7, field(5, field(8, 'weight'), dataLocation)));
}

/** The fields of an input or output that is a sequence of float32 tensors. */
function sequenceNamed(name: string): readonly (readonly number[])[] {
  const floats = field(1, [8, 1]);
  return [field(1, name), field(2, field(4, field(1, floats)))];
}

/** A field of onnx.proto that holds a string or a message, by its number. Short ones only: the length must fit a byte. */
function field(number: number, ...contents: readonly (string | readonly number[])[]): readonly number[] {
  const bytes = contents.flatMap((content) => [...Buffer.from(content as string)]);
  return [(number << 3) | 2, bytes.length, ...bytes];
}

function appended(model: Uint8Array, bytes: readonly number[]): Uint8Array {
  return Buffer.concat([model, Buffer.from(bytes)]);
}
