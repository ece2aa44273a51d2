// A model of the kit's own on /v1: instances are checked against its signature and laid out as one column per input; each gets a
// probability and a decision. The signature is data, so this is code of our own and not a schema.

import { FlightdeckError } from '@flightdeck/core';
import type { FeatureAnswer } from '@flightdeck/features/online';
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
import { type FeatureLookup, statusCode } from './feature-lookup.ts';
import { notAnObject, outOfRange, stringTooLong, unknownField, wrongType } from './instance-errors.ts';

/** One value per input, in the signature's order; a missing number is NaN, a missing string is ''. */
type Row = (number | string)[];

type Input = ScoreSignature['inputs'][number];

interface Field {
  readonly input: Input;
  readonly whenAbsent: number | string;
  readonly categories: ReadonlySet<string> | null;
}

const none: readonly string[] = [];
const nothingToNote: InstanceNotes = { defaulted: none, unknown: none, stale: none };

/** Longer strings are no category and no code; refusing them bounds what one request can make the graph look up. */
const longestString = 256;

/** `read` throws UNKNOWN_FIELD, WRONG_TYPE, OUT_OF_RANGE or STRING_TOO_LONG. */
export function scoreModel(signature: ScoreSignature, lookup: FeatureLookup | null = null): DomainModel {
  const fields = signature.inputs.map(compileField);
  const columnOf = new Map(signature.inputs.map(({ name }, column) => [name, column]));
  const readRow = rowReader(fields, columnOf, [
    ...(lookup === null ? [] : ['time', ...lookup.columns]),
    'unit',
  ]);
  const layout = rowLayout(fields);
  const score = signature.output.name;

  function batchOf(rows: readonly Row[], notes: readonly InstanceNotes[], more: Partial<InstanceBatch> = {}) {
    return {
      rows: rowsOf(layout, rows),
      notes,
      ...more,
      predictions: (outputs: Tensors, source: PredictionSource) =>
        notes.map((note, row) =>
          predictionOf(scoreAt(outputs, score, row), signature.threshold, note, source, row),
        ),
    };
  }

  return {
    outputs: [score],
    read(instances) {
      const rows: Row[] = [];
      const notes = instances.map((instance, position) => {
        const { row, notes } = readRow(asRecord(instance, position), position);
        rows.push(row);
        return notes;
      });
      if (lookup === null) return batchOf(rows, notes, { ...statusesOf(notes) });
      const eventTimes = Float64Array.from(instances, (instance, position) =>
        lookup.timeOf(instance as Record<string, unknown>, position),
      );
      const isLacking = ({ defaulted }: InstanceNotes) =>
        defaulted.some((name) => lookup.aggregates.has(name));
      if (!notes.some(isLacking)) return batchOf(rows, notes, { eventTimes, ...statusesOf(notes) });
      return lookUp(lookup, instances, eventTimes).then((answers) => {
        const found = answers.map((answer, row) => fillIn(columnOf, answer, rows[row]!, notes[row]!));
        return batchOf(rows, found, { eventTimes, ...statusesOf(found, notes, answers) });
      });
    },
  };
}

function lookUp(
  lookup: FeatureLookup,
  instances: readonly unknown[],
  eventTimes: Float64Array,
): Promise<readonly FeatureAnswer[]> {
  return lookup.find(
    instances.map((instance, row) => ({
      time: eventTimes[row]!,
      instance: instance as Record<string, unknown>,
    })),
  );
}

/** Puts what was looked up into the row, and says what is still a default. */
function fillIn(
  columnOf: ReadonlyMap<string, number>,
  { values, statuses }: FeatureAnswer,
  row: Row,
  notes: InstanceNotes,
): InstanceNotes {
  const defaulted: string[] = [];
  const stale: string[] = [];
  for (const name of notes.defaulted) {
    const status = statuses[name];
    const column = columnOf.get(name)!;
    if (status === 'present' || status === 'stale') row[column] = values[name] ?? row[column]!;
    else defaulted.push(name);
    if (status === 'stale') stale.push(name);
  }
  return { defaulted, unknown: notes.unknown, stale };
}

/** For the log: a code a row, of those features that were not given in all rows. `before` and `answers`: what was lacking, and what was found. */
function statusesOf(
  notes: readonly InstanceNotes[],
  before: readonly InstanceNotes[] = [],
  answers: readonly FeatureAnswer[] = [],
): Pick<InstanceBatch, 'statuses'> {
  const codes: Record<string, Uint8Array> = {};
  const mark = (name: string, row: number, code: number) => {
    codes[name] ??= new Uint8Array(notes.length);
    codes[name][row] = code;
  };
  answers.forEach(({ statuses }, row) => {
    for (const name of before[row]!.defaulted)
      if (statuses[name] === 'present') mark(name, row, statusCode.present);
  });
  notes.forEach(({ defaulted, stale }, row) => {
    for (const name of defaulted) mark(name, row, statusCode.default);
    for (const name of stale) mark(name, row, statusCode.stale);
  });
  return Object.keys(codes).length === 0 ? {} : { statuses: codes };
}

interface RowLayout {
  readonly fields: readonly Field[];
  readonly rowShapes: RowSource['rowShapes'];
}

/** Every input is a column of shape [rows, 1]. */
function rowLayout(fields: readonly Field[]): RowLayout {
  return { fields, rowShapes: Object.fromEntries(fields.map(({ input }) => [input.name, [1]])) };
}

function rowsOf({ fields, rowShapes }: RowLayout, rows: readonly Row[]): RowSource {
  const copy: RowSource['copy'] = (from, to, batch, at) => {
    for (let column = 0; column < fields.length; column++) {
      const data = batch[fields[column]!.input.name] as (number | string)[];
      for (let row = from; row < to; row++) data[at + row - from] = rows[row]![column]!;
    }
  };
  return {
    rows: rows.length,
    rowShapes,
    feeds() {
      const columns: Record<string, TensorData> = {};
      for (const { input } of fields)
        columns[input.name] =
          input.type === 'number' ? new Float32Array(rows.length) : new Array<string>(rows.length);
      copy(0, rows.length, columns, 0);
      return Object.fromEntries(fields.map(({ input }) => [input.name, columnTensor(columns[input.name]!)]));
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

function compileField(input: Input): Field {
  return {
    input,
    whenAbsent: input.default ?? (input.type === 'number' ? Number.NaN : ''),
    categories: input.categories === undefined ? null : new Set(input.categories),
  };
}

function asRecord(instance: unknown, row: number): Record<string, unknown> {
  if (typeof instance === 'object' && instance !== null && !Array.isArray(instance)) {
    return instance as Record<string, unknown>;
  }
  throw notAnObject(row, instance);
}

interface ReadRow {
  readonly row: Row;
  readonly notes: InstanceNotes;
}

/** Reads an instance in one pass over what was given: of 25 fields that is half of the cost of asking for each of them. */
function rowReader(
  fields: readonly Field[],
  columnOf: ReadonlyMap<string, number>,
  alsoAllowed: readonly string[],
) {
  const allowed = new Set(alsoAllowed);
  const absent = fields.map(({ whenAbsent }) => whenAbsent);

  return (given: Record<string, unknown>, position: number): ReadRow => {
    const row: Row = absent.slice();
    let lacking = fields.length;
    let unknown = none;
    for (const name in given) {
      const column = columnOf.get(name);
      if (column === undefined) {
        if (allowed.has(name)) continue;
        throw unknownField(position, name, [...columnOf.keys()]);
      }
      const value = given[name];
      if (value === null || value === undefined) continue;
      const { input, categories } = fields[column]!;
      lacking--;
      if (input.type === 'number') {
        row[column] = readNumber(value, input, position);
      } else {
        const text = readString(value, input, position);
        row[column] = text;
        if (categories !== null && !categories.has(text)) unknown = [...unknown, name];
      }
    }
    if (lacking === 0 && unknown === none) return { row, notes: nothingToNote };
    return {
      row,
      notes: { defaulted: lacking === 0 ? none : lackingIn(fields, given), unknown, stale: none },
    };
  };
}

function lackingIn(fields: readonly Field[], given: Record<string, unknown>): string[] {
  const isLacking = (name: string) => !Object.hasOwn(given, name) || (given[name] ?? null) === null;
  return fields.flatMap(({ input: { name } }) => (isLacking(name) ? [name] : []));
}

function readNumber(value: unknown, input: Input, row: number): number {
  if (typeof value !== 'number') throw wrongType(row, input.name, 'a number', value);
  // 1e999 is well-formed JSON and becomes infinity; so does 1e39 once it is a 32-bit float, which the graph computes in.
  if (!Number.isFinite(Math.fround(value))) {
    throw wrongType(row, input.name, 'a finite number that fits 32 bits', value);
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = input;
  if (value < minimum || value > maximum) throw outOfRange(row, input, value);
  return value;
}

function readString(value: unknown, { name }: Input, row: number): string {
  if (typeof value !== 'string') throw wrongType(row, name, 'a string', value);
  if (value.length > longestString) throw stringTooLong(row, name, longestString, value.length);
  return value;
}
