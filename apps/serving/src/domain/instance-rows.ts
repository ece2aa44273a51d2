// Instances of a model of the kit's own, checked against its signature and laid out as rows. The signature is data, so this is code of our
// own and not a schema.

import type { ScoreSignature } from '@flightdeck/registry';
import { statusCode } from './feature-lookup.ts';
import { notAnObject, outOfRange, stringTooLong, unknownField, wrongType } from './instance-errors.ts';

/** One value per input, in the signature's order; a missing number is NaN, a missing string is ''. */
export type Row = (number | string)[];

export interface InstanceRows {
  readonly rows: readonly Row[];
  /** Where the values come from, one an input, row after row: given or default. */
  readonly codes: Uint8Array;
  /** By row: categorical inputs whose value the model never saw in training. */
  readonly unknown: readonly (readonly string[])[];
}

type Input = ScoreSignature['inputs'][number];

interface Field {
  readonly input: Input;
  readonly whenAbsent: number | string;
  readonly categories: ReadonlySet<string> | null;
}

/** Longer strings are no category and no code; refusing them bounds what one request can make the graph look up. */
const longestString = 256;

const none: readonly string[] = [];

/** Throws UNKNOWN_FIELD, WRONG_TYPE, OUT_OF_RANGE or STRING_TOO_LONG. `alsoAllowed`: fields that are no inputs. */
export function instanceReader(
  inputs: readonly Input[],
  alsoAllowed: readonly string[],
): (instances: readonly unknown[]) => InstanceRows {
  const fields = inputs.map(compileField);
  const columnOf = new Map(inputs.map(({ name }, column) => [name, column]));
  const readRow = rowReader(fields, columnOf, new Set(alsoAllowed));
  return (instances) => {
    const codes = new Uint8Array(instances.length * fields.length).fill(statusCode.default);
    const read = instances.map((instance, position) =>
      readRow(asRecord(instance, position), position, codes, position * fields.length),
    );
    return { rows: read.map(({ row }) => row), codes, unknown: read.map(({ unknown }) => unknown) };
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

/** Reads an instance in one pass over what was given: of 25 fields that is half of the cost of asking for each of them. */
function rowReader(
  fields: readonly Field[],
  columnOf: ReadonlyMap<string, number>,
  alsoAllowed: ReadonlySet<string>,
) {
  const absent = fields.map(({ whenAbsent }) => whenAbsent);

  /** Marks in `codes`, from `start` on, what was given. */
  return (given: Record<string, unknown>, position: number, codes: Uint8Array, start: number) => {
    const row: Row = absent.slice();
    let unknown = none;
    for (const name in given) {
      const column = columnOf.get(name);
      if (column === undefined) {
        if (alsoAllowed.has(name)) continue;
        throw unknownField(position, name, [...columnOf.keys()]);
      }
      const value = given[name];
      if (value === null || value === undefined) continue;
      const { input, categories } = fields[column]!;
      codes[start + column] = statusCode.given;
      if (input.type === 'number') {
        row[column] = readNumber(value, input, position);
      } else {
        const text = readString(value, input, position);
        row[column] = text;
        if (categories !== null && !categories.has(text)) unknown = [...unknown, name];
      }
    }
    return { row, unknown };
  };
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
