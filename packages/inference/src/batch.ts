// A batch: the rows of some requests on their way through one run. How they are laid side by side, and how each request gets its
// own rows of the outputs.

import { FlightdeckError } from '@flightdeck/core';
import { type TensorData, type Tensors, type TensorValue, tensorData } from '@flightdeck/onnx';
import type { RequestGroup } from './request-group.ts';
import { cutRows } from './tensor-rows.ts';
import type { Part } from './ticket.ts';

export interface Batch {
  readonly group: RequestGroup;
  /** At least one, all of this group. */
  readonly parts: readonly Part[];
  readonly rows: number;
}

export function batchOf(parts: readonly Part[]): Batch {
  const rows = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  return { group: parts[0]!.ticket.group, parts, rows };
}

/** The rows as the model takes them. A request that is alone is not copied, unless the memory must be nobody else's. */
export function feedsOf({ group, parts, rows }: Batch, mustOwn: boolean): Tensors {
  const first = parts[0]!.ticket;
  if (first.rows === rows && !mustOwn) return first.source.feeds();
  if (group.isWhole) return copyOf(first.source.feeds());
  const feeds: Record<string, TensorValue> = {};
  const columns: Record<string, TensorData> = {};
  for (const { name, type, rowShape, width } of group.columns) {
    const data = tensorData(type, rows * width);
    columns[name] = data;
    feeds[name] = { type, dims: [rows, ...rowShape], data };
  }
  let at = 0;
  for (const { ticket, from, to } of parts) {
    ticket.source.copy(from, to, columns, at);
    at += to - from;
  }
  return feeds;
}

/** Each part's own rows of the outputs, in order. MODEL_FAILED_ON_INPUT if an output has not the rows that went in. */
export function answersOf({ group, parts, rows }: Batch, outputs: Tensors): readonly Tensors[] {
  if (group.isWhole) return [outputs];
  const named = Object.entries(outputs);
  for (const [name, { dims }] of named) if (dims[0] !== rows) throw wrongRows(name, dims, rows);
  if (parts.length === 1) return [outputs];
  let at = 0;
  return parts.map(({ from, to }) => {
    const own: Record<string, TensorValue> = {};
    for (const [name, tensor] of named) own[name] = cutRows(tensor, at, at + to - from);
    at += to - from;
    return own;
  });
}

function copyOf(feeds: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, value]) => [
      name,
      { ...value, data: value.data.slice() as TensorData },
    ]),
  );
}

function wrongRows(name: string, dims: readonly number[], rows: number): FlightdeckError {
  return new FlightdeckError(
    'MODEL_FAILED_ON_INPUT',
    `The model's output "${name}" has the shape [${dims.join(', ')}] for ${rows} rows of input.`,
  );
}
