// From columns to the rows of a run. Nothing takes a default here: null is a missing value, and the graph has an answer to it.

import { FlightdeckError } from '@flightdeck/core';
import { type RowSource, shapeOfJson, tensorOfJson, tensorRows } from '@flightdeck/inference';
import type { TensorInfo, TensorValue } from '@flightdeck/onnx';
import type { LoadedModel } from '../state/model-loader.ts';
import { type Columns, noRows } from './columns.ts';

/** INPUT_INVALID names what is lacking or does not fit; NO_INSTANCES where there is no row. */
export function scoringRows({ signature, runtime }: LoadedModel, columns: Columns): RowSource {
  const { inputs, batching } = runtime;
  assertComplete(inputs, columns);
  const feeds = Object.fromEntries(
    inputs.map((input) => {
      const value = columns.get(input.name);
      return [input.name, tensorOf(input, signature.kind === 'score' ? withoutNulls(input, value) : value)];
    }),
  );
  const rows = tensorRows(inputs, feeds);
  if ('none' in batching) return { ...rows, rows: 1 };
  assertSameRows(inputs, feeds);
  if (rows.rows === 0) throw noRows();
  return rows;
}

function assertComplete(inputs: readonly TensorInfo[], columns: Columns): void {
  const lacking = inputs.map(({ name }) => name).filter((name) => !columns.has(name));
  if (lacking.length > 0)
    throw new FlightdeckError(
      'INPUT_INVALID',
      `The request lacks ${lacking.join(', ')}. Send a column for every input; null is a missing value.`,
    );
}

/** The kit's own graphs take '' for a missing string. What an imported one takes for it is not known, so null stays refused. */
function withoutNulls({ type }: TensorInfo, value: unknown): unknown {
  if (type !== 'string' || !Array.isArray(value)) return value;
  return value.map((cell) => cell ?? '');
}

function tensorOf({ name, type, shape }: TensorInfo, value: unknown): TensorValue {
  return tensorOfJson(name, type, shapeOfJson(shape, value), value);
}

/** MLflow leaves this to the graph, which stretches a tensor of one row to any number of them. */
function assertSameRows(inputs: readonly TensorInfo[], feeds: Readonly<Record<string, TensorValue>>): void {
  const [first, ...rest] = inputs.map(({ name }) => ({ name, rows: feeds[name]!.dims[0] }));
  const other = rest.find(({ rows }) => rows !== first!.rows);
  if (other)
    throw new FlightdeckError(
      'INPUT_INVALID',
      `Input "${first!.name}" has ${first!.rows} rows and "${other.name}" has ${other.rows}. Send as many of each.`,
    );
}
