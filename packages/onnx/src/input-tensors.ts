// Columns to tensors. The runtime answers a wrong input with a message about tensors, or reads past what it was given; so
// every column is checked here, where its name is known.

import { FlightdeckError } from '@flightdeck/core';
import { Tensor } from 'onnxruntime-node';

/** One value a row and input; a column of shape [rows, k] holds k, row by row. */
export type Columns = Readonly<Record<string, Float32Array | readonly string[]>>;

/** An input or output of a model as the file declares it. */
export interface TensorInfo {
  readonly name: string;
  readonly type: Tensor.Type;
  /** A size for each dimension, or the name of one that differs from call to call. */
  readonly shape: readonly (number | string)[];
}

/** Throws ONNX_UNSUPPORTED unless every input can be fed from columns: float32 or string, a fixed number of values a row. */
export function refuseOddInputs(inputs: readonly TensorInfo[]): void {
  const odd = inputs.find(
    ({ type, shape }) =>
      (type !== 'float32' && type !== 'string') || shape.slice(1).some((size) => typeof size === 'string'),
  );
  if (!odd) return;
  throw new FlightdeckError(
    'ONNX_UNSUPPORTED',
    `The model's input "${odd.name}" is ${odd.type} of shape [${odd.shape.join(', ')}]. ` +
      'Export it with inputs that are float32 or string and differ in the first dimension alone.',
  );
}

/**
 * The tensors for one run. ONNX_INPUT_INVALID names the column that is missing, of another type or of another length than
 * the model needs. Columns that the model does not know are left out.
 */
export function inputTensors(
  inputs: readonly TensorInfo[],
  columns: Columns,
  rows: number,
): Record<string, Tensor> {
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw invalid(`rows must be a whole number above 0, not ${rows}`);
  return Object.fromEntries(inputs.map((input) => [input.name, tensorOf(input, columns, rows)]));
}

function tensorOf({ name, type, shape }: TensorInfo, columns: Columns, rows: number): Tensor {
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!column) throw invalid(`column "${name}" is missing`);
  const strings = type === 'string';
  if (strings ? !isStrings(column) : !(column instanceof Float32Array)) {
    throw invalid(`column "${name}" must be a ${strings ? 'list of strings' : 'Float32Array'}`);
  }
  const dims = [rows, ...shape.slice(1).map(Number)];
  const length = dims.reduce((product, size) => product * size, 1);
  if (column.length !== length) {
    throw invalid(`column "${name}" must have ${length} values, not ${column.length}`);
  }
  if (column instanceof Float32Array) return new Tensor('float32', column, dims);
  return new Tensor('string', column as string[], dims);
}

function isStrings(column: Columns[string]): column is string[] {
  return Array.isArray(column) && column.every((value) => typeof value === 'string');
}

function invalid(problem: string): FlightdeckError {
  return new FlightdeckError(
    'ONNX_INPUT_INVALID',
    `The model cannot run: ${problem}. Pass one column for every input that the model names.`,
  );
}
