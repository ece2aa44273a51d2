// An imported model on /v1: an instance is an object with one value per input of the graph, a number or a string, or lists
// nested in the row's shape; a prediction has one value per output in the same way. Where the model has no rows (a first
// dimension is fixed, or there is none), an instance is a whole request.

import { FlightdeckError } from '@flightdeck/core';
import { jsonOfTensor, shapeOfJson, tensorOfJson, tensorRows } from '@flightdeck/inference';
import { hasRows } from '@flightdeck/model-import';
import type { TensorInfo, Tensors, TensorValue } from '@flightdeck/onnx';
import type { TensorSignature } from '@flightdeck/registry';
import type { DomainModel, PredictionSource, TensorPrediction } from './domain-model.ts';
import { notAnObject, unknownField } from './instance-errors.ts';

/** `read` throws WRONG_TYPE, UNKNOWN_FIELD or INPUT_INVALID. */
export function tensorModel(signature: TensorSignature): DomainModel {
  const inputs = signature.inputs as readonly TensorInfo[];
  const known = inputs.map(({ name }) => name);
  const outputs = signature.outputs.map(({ name }) => name);
  if (!hasRows(signature)) return wholeModel(inputs, known, outputs);
  return {
    outputs,
    read(instances) {
      const columns = readColumns(inputs, known, instances);
      return {
        rows: tensorRows(inputs, columns),
        notes: [],
        predictions: (answered, source) =>
          instances.map((_, row) => predictionOf(outputs, answered, row, source)),
      };
    },
  };
}

/** The one instance is read as the only row of tensors with a dimension more, which the model does not see. */
function wholeModel(
  inputs: readonly TensorInfo[],
  known: readonly string[],
  outputs: readonly string[],
): DomainModel {
  const rowInputs = inputs.map((input) => ({ ...input, shape: ['', ...input.shape] }));
  return {
    outputs,
    read(instances) {
      if (instances.length !== 1) throw notOne(instances.length);
      const feeds = withDims(readColumns(rowInputs, known, instances), (dims) => dims.slice(1));
      return {
        rows: { ...tensorRows(inputs, feeds), rows: 1 },
        notes: [],
        predictions: (answered, source) => {
          const asRow = withDims(answered, (dims) => [1, ...dims]);
          return [predictionOf(outputs, asRow, 0, source)];
        },
      };
    },
  };
}

function withDims(tensors: Tensors, change: (dims: readonly number[]) => readonly number[]): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => [name, { ...tensor, dims: change(tensor.dims) }]),
  );
}

function notOne(count: number): FlightdeckError {
  return new FlightdeckError(
    'INPUT_INVALID',
    `The model has no dimension for rows, so an instance is a whole run, and ${count} came. Send one at a time.`,
  );
}

/** Feeds with the instances as their rows. The first instance decides sizes that may differ from call to call. */
function readColumns(
  inputs: readonly TensorInfo[],
  known: readonly string[],
  instances: readonly unknown[],
): Tensors {
  const records = instances.map((instance, position) => {
    if (typeof instance !== 'object' || instance === null || Array.isArray(instance))
      throw notAnObject(position, instance);
    for (const name of Object.keys(instance)) {
      if (!known.includes(name)) throw unknownField(position, name, known);
    }
    return instance as Record<string, unknown>;
  });
  return Object.fromEntries(
    inputs.map((input) => {
      const values = records.map((record, position) => givenValue(record, input, position));
      return [input.name, columnOf(input, values)];
    }),
  );
}

function givenValue(record: Record<string, unknown>, { name }: TensorInfo, position: number): unknown {
  if (Object.hasOwn(record, name)) return record[name];
  throw new FlightdeckError(
    'INPUT_INVALID',
    `Instance ${position} lacks input "${name}". GET /v1/models lists the inputs of each model.`,
  );
}

function columnOf({ name, type, shape }: TensorInfo, values: readonly unknown[]): TensorValue {
  const rowShape = shapeOfJson(shape.slice(1), values[0]);
  return tensorOfJson(name, type, [values.length, ...rowShape], listsOf(values, rowShape));
}

/** A column of width 1 may be sent as bare values, which is how people write a table's rows. */
function listsOf(values: readonly unknown[], rowShape: readonly number[]): readonly unknown[] {
  const isBare = (value: unknown) => !Array.isArray(value);
  if (!rowShape.every((size) => size === 1) || values.every(isBare)) return values;
  return values.map((value) => (isBare(value) ? rowShape.reduce<unknown>((inner) => [inner], value) : value));
}

function predictionOf(
  names: readonly string[],
  outputs: Tensors,
  row: number,
  { idPrefix, version }: PredictionSource,
): TensorPrediction {
  return {
    outputs: Object.fromEntries(names.map((name) => [name, valueAt(name, outputs[name]!, row)])),
    predictionId: idPrefix + row,
    version,
  };
}

function valueAt(name: string, { type, dims, data }: TensorValue, row: number): unknown {
  const rowShape = dims.slice(1);
  const width = rowShape.reduce((product, size) => product * size, 1);
  const own = data.slice(row * width, (row + 1) * width) as TensorValue['data'];
  const value = jsonOfTensor(name, { type, dims: rowShape, data: own });
  return width === 1 ? innermost(value) : value;
}

function innermost(value: unknown): unknown {
  return Array.isArray(value) ? innermost(value[0]) : value;
}
