// Tensors that are sent and that come back, and what can be done to them without knowing the model.

import { datatypes, type Element } from './datatypes.ts';

export interface InputTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly Element[];
  /** Only in samples that a user gives: some servers want a content type for each input. */
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** As the server gave it: nothing is known of the elements yet. */
export interface OutputTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
  readonly binary: boolean;
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The elements as lists within lists, in the tensor's shape. A scalar stays a list of one. */
export function nestedData({ shape, data }: InputTensor): readonly unknown[] {
  return shape
    .slice(1)
    .reduceRight<readonly unknown[]>(
      (elements, size) =>
        size === 0
          ? []
          : Array.from({ length: elements.length / size }, (_, i) =>
              elements.slice(i * size, (i + 1) * size),
            ),
      data,
    );
}

/** One set of inputs for each row, or undefined when the inputs do not share a first dimension. */
export function rowsOf(inputs: readonly InputTensor[]): readonly (readonly InputTensor[])[] | undefined {
  const rows = inputs[0]?.shape[0];
  if (rows === undefined || inputs.some((input) => input.shape[0] !== rows)) return undefined;
  return Array.from({ length: rows }, (_, row) => inputs.map((input) => rowOf(input, row)));
}

function rowOf(input: InputTensor, row: number): InputTensor {
  const [, ...rest] = input.shape;
  const width = elementCount(rest);
  return { ...input, shape: [1, ...rest], data: input.data.slice(row * width, (row + 1) * width) };
}

/** Answers to single rows as one answer to all of them. The outputs are those of the first. */
export function joinRows(answers: readonly (readonly OutputTensor[])[]): readonly OutputTensor[] {
  return (answers[0] ?? []).map((first) => ({
    ...first,
    shape: [answers.length, ...first.shape.slice(1)],
    data: answers.flatMap((outputs) => outputs.find(({ name }) => name === first.name)?.data ?? []),
  }));
}

/**
 * What makes two sets of outputs unequal, in words, or undefined. Names, shapes and elements count, the order of the outputs does
 * not. Floats may differ as they do between batch sizes or devices: by 1e-4 of their size, 16-bit ones by 1e-2.
 */
export function differenceOf(
  expected: readonly OutputTensor[],
  came: readonly OutputTensor[],
): string | undefined {
  for (const tensor of expected) {
    const other = came.find(({ name }) => name === tensor.name);
    if (!other) return `no output "${tensor.name}"`;
    if (String(other.shape) !== String(tensor.shape))
      return `"${tensor.name}" has shape [${other.shape}] where [${tensor.shape}] was expected`;
    if (other.data.length !== tensor.data.length)
      return `"${tensor.name}" has ${other.data.length} elements where ${tensor.data.length} were expected`;
    const at = tensor.data.findIndex((value, i) => !isSame(tensor.datatype, value, other.data[i]));
    if (at >= 0)
      return `"${tensor.name}", element ${at}, is ${shown(other.data[at])} where ${shown(tensor.data[at])} was expected`;
  }
  return undefined;
}

/** A 64-bit integer may be a number here and a bigint there: their digits are compared. */
function isSame(datatype: string, a: unknown, b: unknown): boolean {
  const kind = datatypes[datatype]?.kind;
  if (kind === 'bool') return Number(a) === Number(b);
  if (kind !== 'float') return String(a) === String(b);
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) === Number.isNaN(y);
  const tolerance = datatype.endsWith('16') ? 1e-2 : 1e-4;
  return x === y || Math.abs(x - y) <= 1e-6 + tolerance * Math.max(Math.abs(x), Math.abs(y));
}

/** A JSON value in a message. */
export function shown(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'none');
}
