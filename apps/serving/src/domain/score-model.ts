// A model of the kit's own on /v1: its instances become one column per input, with the features that they lack looked up; each gets a
// probability and a decision.

import { FlightdeckError } from '@flightdeck/core';
import type { FeatureTable } from '@flightdeck/features/online';
import type { RowSource } from '@flightdeck/inference';
import type { TensorData, Tensors } from '@flightdeck/onnx';
import type { ScoreSignature } from '@flightdeck/registry';
import type {
  DomainModel,
  InstanceBatch,
  InstanceNotes,
  PredictionSource,
  ScorePrediction,
} from './domain-model.ts';
import { type FeatureLookup, type Instance, statusCode } from './feature-lookup.ts';
import { type InstanceRows, instanceReader, type Row } from './instance-rows.ts';

/** `read` throws UNKNOWN_FIELD, WRONG_TYPE, OUT_OF_RANGE or STRING_TOO_LONG. */
export function scoreModel(signature: ScoreSignature, lookup: FeatureLookup | null = null): DomainModel {
  const names = signature.inputs.map(({ name }) => name);
  const layout = rowLayout(signature);
  const score = signature.output.name;
  const alsoAllowed = lookup === null ? ['unit'] : ['unit', 'time', ...lookup.columns];
  const readRows = instanceReader(signature.inputs, alsoAllowed);
  const lookedUp = lookup === null ? [] : lookedUpInputs(names, lookup);

  function batchOf({ rows, codes, unknown }: InstanceRows, eventTimes?: Float64Array): InstanceBatch {
    const notes = unknown.map((own, row) => notesOf(names, codes, row * names.length, own));
    return {
      rows: rowsOf(layout, rows),
      notes,
      ...(eventTimes && { eventTimes }),
      statuses: () => statusesOf(names, codes),
      predictions: (outputs: Tensors, source: PredictionSource) =>
        notes.map((note, row) =>
          predictionOf(scoreAt(outputs, score, row), signature.threshold, note, source, row),
        ),
    };
  }

  return {
    outputs: [score],
    read(instances) {
      const read = readRows(instances);
      if (lookup === null) return batchOf(read);
      const eventTimes = Float64Array.from(instances as readonly Instance[], lookup.timeOf);
      if (!isLacking(read, names.length, lookedUp)) return batchOf(read, eventTimes);
      const filledWith = (table: FeatureTable | null) => {
        if (table !== null) fillIn(read, names.length, lookedUp, table);
        return batchOf(read, eventTimes);
      };
      const found = lookup.find(instances as readonly Instance[], eventTimes);
      return found instanceof Promise ? found.then(filledWith) : filledWith(found);
    },
  };
}

/** An input that can be looked up. */
interface LookedUp {
  readonly column: number;
  /** Among the numbers of a row of the table, and how many these are. */
  readonly place: number;
  readonly width: number;
}

function lookedUpInputs(names: readonly string[], { aggregates }: FeatureLookup): LookedUp[] {
  return aggregates
    .map((name, place) => ({ column: names.indexOf(name), place, width: aggregates.length }))
    .filter(({ column }) => column >= 0);
}

function isLacking({ rows, codes }: InstanceRows, inputs: number, lookedUp: readonly LookedUp[]): boolean {
  for (let row = 0; row < rows.length; row++) {
    for (const { column } of lookedUp) if (codes[row * inputs + column] === statusCode.default) return true;
  }
  return false;
}

/** Puts what was looked up where it is lacking. Changes the rows and their codes. */
function fillIn(
  { rows, codes }: InstanceRows,
  inputs: number,
  lookedUp: readonly LookedUp[],
  { values, statuses }: FeatureTable,
): void {
  for (let row = 0; row < rows.length; row++) {
    for (const { column, place, width } of lookedUp) {
      const status = statuses[row * width + place]!;
      if (status !== statusCode.present && status !== statusCode.stale) continue;
      rows[row]![column] = values[row * width + place]!;
      codes[row * inputs + column] = status;
    }
  }
}

const none: readonly string[] = [];
const nothingToNote: InstanceNotes = { defaulted: none, unknown: none, stale: none };

/** `start`: where the row's codes begin. */
function notesOf(
  names: readonly string[],
  codes: Uint8Array,
  start: number,
  unknown: readonly string[],
): InstanceNotes {
  const defaulted = namesWith(statusCode.default, names, codes, start);
  const stale = namesWith(statusCode.stale, names, codes, start);
  const nothing = defaulted.length + unknown.length + stale.length === 0;
  return nothing ? nothingToNote : { defaulted, unknown, stale };
}

function namesWith(code: number, names: readonly string[], codes: Uint8Array, start: number): string[] {
  const found: string[] = [];
  for (let column = 0; column < names.length; column++) {
    if (codes[start + column] === code) found.push(names[column]!);
  }
  return found;
}

/** For the log: a code a row, of those features that were not given in all rows. */
function statusesOf(names: readonly string[], codes: Uint8Array): Record<string, Uint8Array> {
  const statuses: Record<string, Uint8Array> = {};
  for (let column = 0; column < names.length; column++) {
    const own = new Uint8Array(codes.length / names.length);
    for (let row = 0; row < own.length; row++) own[row] = codes[row * names.length + column]!;
    if (own.some((code) => code !== statusCode.given)) statuses[names[column]!] = own;
  }
  return statuses;
}

interface RowLayout {
  readonly inputs: ScoreSignature['inputs'];
  readonly rowShapes: RowSource['rowShapes'];
}

/** Every input is a column of shape [rows, 1]. */
function rowLayout({ inputs }: ScoreSignature): RowLayout {
  return { inputs, rowShapes: Object.fromEntries(inputs.map(({ name }) => [name, [1]])) };
}

function rowsOf({ inputs, rowShapes }: RowLayout, rows: readonly Row[]): RowSource {
  const copy: RowSource['copy'] = (from, to, batch, at) => {
    for (let column = 0; column < inputs.length; column++) {
      const data = batch[inputs[column]!.name] as (number | string)[];
      for (let row = from; row < to; row++) data[at + row - from] = rows[row]![column]!;
    }
  };
  return {
    rows: rows.length,
    rowShapes,
    feeds() {
      const columns: Record<string, TensorData> = {};
      for (const { name, type } of inputs)
        columns[name] = type === 'number' ? new Float32Array(rows.length) : new Array<string>(rows.length);
      copy(0, rows.length, columns, 0);
      return Object.fromEntries(inputs.map(({ name }) => [name, columnTensor(columns[name]!)]));
    },
    copy,
  };
}

function columnTensor(data: TensorData): Tensors[string] {
  return { type: Array.isArray(data) ? 'string' : 'float32', dims: [data.length, 1], data };
}

function scoreAt(outputs: Tensors, name: string, row: number): number {
  return (outputs[name]!.data as Float32Array)[row]!;
}

/** A probability that is no number would become null on its way through JSON, so it is a failure of the model instead. */
function predictionOf(
  probability: number,
  threshold: number,
  { defaulted, unknown, stale }: InstanceNotes,
  { idPrefix, version }: PredictionSource,
  row: number,
): ScorePrediction {
  if (!Number.isFinite(probability))
    throw new FlightdeckError('MODEL_OUTPUT_INVALID', `The model answered ${probability}.`);
  const positive = probability >= threshold;
  return { probability, positive, defaulted, unknown, stale, predictionId: idPrefix + row, version };
}
