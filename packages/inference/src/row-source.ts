// What a request brings to a run: rows that can be copied into a batch, whatever form they came in.

import type { TensorData, TensorInfo, Tensors } from '@flightdeck/onnx';
import { copyElements } from './tensor-rows.ts';

export interface RowSource {
  /** At least 1. A model that does not batch takes a request as a whole, and this is 1. */
  readonly rows: number;
  /** By input: the dimensions behind the first. Only requests that agree in them share a run. */
  readonly rowShapes: Readonly<Record<string, readonly number[]>>;
  /** All rows, for a run of their own. May be views of memory that the caller owns. */
  feeds(): Tensors;
  /** Copies rows `from` to `to` (exclusive) into `batch`, whose data start at row `at`. */
  copy(from: number, to: number, batch: Readonly<Record<string, TensorData>>, at: number): void;
}

const scalar: readonly number[] = [1];

/** Rows that came as tensors, each with the rows as its first dimension. Inputs and feeds have been checked before. */
export function tensorRows(inputs: readonly TensorInfo[], feeds: Tensors): RowSource {
  const rows = feeds[inputs[0]!.name]!.dims[0]!;
  // Once a request: Object.fromEntries would take several times as long over the 23 columns of a usual table.
  const rowShapes: Record<string, readonly number[]> = {};
  for (const { name } of inputs) rowShapes[name] = rowShapeOf(feeds[name]!.dims);
  return {
    rows,
    rowShapes,
    feeds: () => feeds,
    copy(from, to, batch, at) {
      for (const { name } of inputs) {
        const { data } = feeds[name]!;
        const width = data.length / rows;
        copyElements(data, from * width, to * width, batch[name]!, at * width);
      }
    },
  };
}

function rowShapeOf(dims: readonly number[]): readonly number[] {
  return dims.length === 2 && dims[1] === 1 ? scalar : dims.slice(1);
}
