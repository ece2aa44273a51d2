// From what a caller sent to what the graph takes: instances are checked against the model's signature and laid out as one
// column per input. The signature is data, so this is code of our own and not a schema.

import type { Columns } from '@flightdeck/onnx';
import type { Signature } from '@flightdeck/registry';
import { notAnObject, outOfRange, stringTooLong, unknownField, wrongType } from './instance-errors.ts';

export interface InstanceBatch {
  readonly rows: number;
  /** One entry per input, `rows` values each; a missing number is NaN, a missing string is ''. */
  readonly columns: Columns;
  readonly notes: readonly InstanceNotes[];
}

/** What the caller should know about one instance's answer. */
export interface InstanceNotes {
  /** Inputs that were absent or null, and so took their declared default (or were sent as missing). */
  readonly defaulted: readonly string[];
  /** Categorical inputs whose value the model never saw in training. */
  readonly unknown: readonly string[];
}

export type InstanceReader = (instances: readonly unknown[]) => InstanceBatch;

type Input = Signature['inputs'][number];

interface Field {
  readonly input: Input;
  readonly whenAbsent: number | string;
  readonly categories: ReadonlySet<string> | null;
}

/** Longer strings are no category and no code; refusing them bounds what one request can make the graph look up. */
const longestString = 256;

/**
 * Prepares a signature for reading instances. The reader throws UNKNOWN_FIELD, WRONG_TYPE, OUT_OF_RANGE or STRING_TOO_LONG,
 * naming the instance by its position (from 0), the field, what was expected and what came.
 */
export function instanceReader(signature: Signature): InstanceReader {
  const fields = signature.inputs.map(compileField);
  const known = new Set(signature.inputs.map((input) => input.name));
  return (instances) => {
    const rows = instances.length;
    const values = fields.map(({ input }) =>
      input.type === 'number' ? new Float32Array(rows) : new Array<string>(rows),
    );
    const notes = instances.map((instance, row) => {
      const given = asRecord(instance, row);
      for (const name of Object.keys(given)) if (!known.has(name)) throw unknownField(row, name, [...known]);
      return fillRow(fields, given, row, values);
    });
    return {
      rows,
      columns: Object.fromEntries(fields.map((field, i) => [field.input.name, values[i]!])),
      notes,
    };
  };
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

function fillRow(
  fields: readonly Field[],
  given: Record<string, unknown>,
  row: number,
  values: readonly (Float32Array | string[])[],
): InstanceNotes {
  const defaulted: string[] = [];
  const unknown: string[] = [];
  for (const [i, { input, whenAbsent, categories }] of fields.entries()) {
    const value = Object.hasOwn(given, input.name) ? given[input.name] : null;
    const absent = value === null || value === undefined;
    if (absent) defaulted.push(input.name);
    const column = values[i]!;
    if (column instanceof Float32Array) {
      column[row] = absent ? Number(whenAbsent) : readNumber(value, input, row);
    } else {
      const text = absent ? String(whenAbsent) : readString(value, input, row);
      column[row] = text;
      if (!absent && categories !== null && !categories.has(text)) unknown.push(input.name);
    }
  }
  return { defaulted, unknown };
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
