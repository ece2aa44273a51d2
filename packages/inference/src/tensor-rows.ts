// Rows of tensors: cut out, and joined again. The first dimension is the rows.

import { type TensorData, type TensorValue, tensorData } from '@flightdeck/onnx';

/** Rows `from` to `to` (exclusive): a view, but for strings. */
export function cutRows({ type, dims, data }: TensorValue, from: number, to: number): TensorValue {
  const width = data.length / dims[0]!;
  const own = Array.isArray(data)
    ? data.slice(from * width, to * width)
    : data.subarray(from * width, to * width);
  return { type, dims: [to - from, ...dims.slice(1)], data: own };
}

/** The pieces one below the other; undefined if they differ in their other dimensions. */
export function joinRows(pieces: readonly TensorValue[]): TensorValue | undefined {
  const { type, dims } = pieces[0]!;
  const rowShape = dims.slice(1);
  if (pieces.some((piece) => String(piece.dims.slice(1)) !== String(rowShape))) return undefined;
  const joined = tensorData(
    type,
    pieces.reduce((sum, { data }) => sum + data.length, 0),
  );
  let at = 0;
  for (const { data } of pieces) {
    copyElements(data, 0, data.length, joined, at);
    at += data.length;
  }
  return { type, dims: [pieces.reduce((sum, piece) => sum + piece.dims[0]!, 0), ...rowShape], data: joined };
}

/** A typed array's own copy takes as long to start as this many elements take one by one. */
const fewElements = 32;

/** Copies elements `from` to `to` (exclusive) to `at`. The types agree. */
export function copyElements(
  source: TensorData,
  from: number,
  to: number,
  target: TensorData,
  at: number,
): void {
  // Numbers, bigints or strings: they are the same on both sides.
  const [ours, theirs] = [source as Float32Array, target as Float32Array];
  if (Array.isArray(source) || to - from <= fewElements) {
    for (let i = from; i < to; i++) theirs[at + i - from] = ours[i]!;
  } else {
    theirs.set(ours.subarray(from, to), at);
  }
}
