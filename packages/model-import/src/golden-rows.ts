// Golden rows of a model that was imported: from JSON to what the model takes, and from its answer to JSON. A golden row is a
// row of the model's tensors; where the model has no rows (a first dimension is fixed, or there is none), a whole request.

import { FlightdeckError } from '@flightdeck/core';
import { type RowSource, shapeOfJson, tensorOfJson, tensorRows } from '@flightdeck/inference';
import { elementCount, type TensorInfo, type Tensors, type TensorValue, tensorData } from '@flightdeck/onnx';
import type { Json, TensorSignature } from '@flightdeck/registry';

/** Values by the name of an input or output: one element, or lists nested in the shape. */
export type Values = Readonly<Record<string, Json>>;

/** Whether the model has rows: whether every input and output leaves its first dimension open. */
export function hasRows({ inputs, outputs }: TensorSignature): boolean {
  return [...inputs, ...outputs].every(({ shape }) => typeof shape[0] === 'string');
}

/** A golden row as a request of its own. GOLDEN_ROW_INVALID names the row, the input, and what was expected. */
export function goldenRequest(signature: TensorSignature, values: Values, position: number): RowSource {
  const inputs = signature.inputs as readonly TensorInfo[];
  const rows = hasRows(signature);
  const feeds = Object.fromEntries(
    inputs.map((input) => {
      const value = values[input.name]!;
      return [input.name, inputTensor(input, rows ? [value] : value, position)];
    }),
  );
  return { ...tensorRows(inputs, feeds), rows: 1 };
}

/** Golden rows to warm a model up with: all that have the shape of the first, in one request. */
export function goldenSamples(
  signature: TensorSignature,
  rows: readonly { readonly inputs: Values }[],
): RowSource {
  const requests = rows.map(({ inputs }, position) => goldenRequest(signature, inputs, position));
  const first = requests[0]!;
  if (!hasRows(signature)) return first;
  const isAlike = ({ rowShapes }: RowSource) => JSON.stringify(rowShapes) === JSON.stringify(first.rowShapes);
  const alike = requests.filter(isAlike);
  const inputs = signature.inputs as readonly TensorInfo[];
  const feeds = inputs.map(({ name, type }): [string, TensorValue] => {
    const dims = [alike.length, ...first.rowShapes[name]!];
    return [name, { type, dims, data: tensorData(type, elementCount(dims)) }];
  });
  const columns = Object.fromEntries(feeds.map(([name, { data }]) => [name, data]));
  for (const [at, request] of alike.entries()) request.copy(0, 1, columns, at);
  return tensorRows(inputs, Object.fromEntries(feeds));
}

/** The answer to one golden row as golden.json has it. */
export function goldenAnswer(signature: TensorSignature, outputs: Tensors): Record<string, Json> {
  const rows = hasRows(signature);
  return Object.fromEntries(signature.outputs.map(({ name }) => [name, outputValue(outputs[name]!, rows)]));
}

function inputTensor({ name, type, shape }: TensorInfo, value: Json, position: number): TensorValue {
  const dims = shapeOfJson(shape, value);
  try {
    return tensorOfJson(name, type, dims, elementCount(dims) === 1 ? elementsOf(value) : value);
  } catch (error) {
    if (!(error instanceof FlightdeckError)) throw error;
    throw new FlightdeckError('GOLDEN_ROW_INVALID', `Golden row ${position}: ${error.message}`);
  }
}

function outputValue({ type, dims, data }: TensorValue, rows: boolean): Json {
  const elements = Array.from<unknown, Json>(data as ArrayLike<unknown>, (element) => {
    if (type === 'bool') return element !== 0;
    if (typeof element === 'string') return element;
    // JSON has no NaN and no infinities. Of a 64-bit integer it keeps 53 bits, in what is stored and in what is compared.
    return Number.isFinite(Number(element)) ? Number(element) : null;
  });
  return bareOrNested(elements, rows && dims[0] === 1 ? dims.slice(1) : dims);
}

/** How golden.json writes a value: one element alone without the lists around it. */
export function bareOrNested(elements: readonly Json[], dims: readonly number[]): Json {
  return elements.length === 1 ? elements[0]! : nested(elements, dims);
}

/** Elements, in row-major order, as lists in their shape. */
export function nested(elements: readonly Json[], dims: readonly number[]): Json {
  if (dims.length === 0) return elements[0]!;
  return dims.slice(1).reduceRight((values: readonly Json[], size) => {
    const lists = size === 0 ? 0 : values.length / size;
    return Array.from({ length: lists }, (_, i) => values.slice(i * size, (i + 1) * size));
  }, elements) as Json;
}

export function elementsOf(value: Json): readonly Json[] {
  return Array.isArray(value) ? value.flatMap(elementsOf) : [value];
}
