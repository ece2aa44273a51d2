// Whether a model still answers golden rows as it did.

import { FlightdeckError } from '@flightdeck/core';
import type { InferenceModel } from '@flightdeck/inference';
import type { Json, TensorGoldenRows, TensorSignature } from '@flightdeck/registry';
import { elementsOf, goldenAnswer, goldenRequest, type Values } from './golden-rows.ts';

/** How long a golden row may take, milliseconds: nobody waits for it, but a model that hangs must not hang its loader. */
const patienceMs = 60_000;

/**
 * Asks the model for all golden rows at once, so that they share runs where the model batches. GOLDEN_ROW_FAILED names a row
 * that differs; else what `InferenceModel.infer` throws.
 */
export async function checkGoldenRows(
  model: InferenceModel,
  signature: TensorSignature,
  { rows, tolerance }: TensorGoldenRows,
  remedy = 'Export the model again, or check the version of ONNX Runtime.',
): Promise<void> {
  const requests = rows.map(({ inputs }, position) => goldenRequest(signature, inputs, position));
  const deadline = performance.now() + patienceMs * rows.length;
  const answers = await Promise.all(requests.map((source) => model.infer({ rows: source, deadline })));
  const found = answers.map(({ outputs }) => goldenAnswer(signature, outputs));
  const expected = rows.map(({ outputs }) => outputs);
  assertClose({ signature, found, expected, tolerance, remedy });
}

export interface Comparison {
  readonly signature: TensorSignature;
  /** By row, all outputs. */
  readonly found: readonly Values[];
  /** By row, some outputs or all. */
  readonly expected: readonly Values[];
  readonly tolerance: number;
  /** What to do about a difference. */
  readonly remedy: string;
}

/** Returns the largest difference. GOLDEN_ROW_FAILED names the row and the output if that is over the tolerance. */
export function assertClose({ signature, found, expected, tolerance, remedy }: Comparison): number {
  let largest = 0;
  for (const { name, type } of signature.outputs) {
    const elements = found.map((answer) => elementsOf(answer[name]!));
    const scales = type.includes('float') ? scalesOf(elements) : null;
    for (const [row, values] of expected.entries()) {
      if (values[name] === undefined) continue;
      const difference = differenceOf(elements[row]!, elementsOf(values[name]), scales);
      if (!(difference <= tolerance))
        throw goldenRowFailed(row, name, found[row]!, values, { tolerance, remedy });
      largest = Math.max(largest, difference);
    }
  }
  return largest;
}

/**
 * How large each element of an output gets, at least 1. Floats are rounded in proportion to what was summed, and a sum of large
 * numbers may come out near zero: so an element is measured by its largest value over the rows, not by its value in one row.
 */
function scalesOf(rows: readonly (readonly Json[])[]): readonly number[] {
  const scales: number[] = [];
  for (const row of rows)
    for (const [at, element] of row.entries())
      scales[at] = Math.max(scales[at] ?? 1, Math.abs(typeof element === 'number' ? element : 0));
  return scales;
}

/** The largest difference by scale; infinite where anything but two floats is not the same. */
function differenceOf(
  found: readonly Json[],
  expected: readonly Json[],
  scales: readonly number[] | null,
): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return found.reduce<number>((largest, a, at) => {
    const b = expected[at]!;
    if (scales && typeof a === 'number' && typeof b === 'number')
      return Math.max(largest, Math.abs(a - b) / scales[at]!);
    return a === b ? largest : Number.POSITIVE_INFINITY;
  }, 0);
}

function goldenRowFailed(
  row: number,
  name: string,
  found: Values,
  expected: Values,
  { tolerance, remedy }: Pick<Comparison, 'tolerance' | 'remedy'>,
): FlightdeckError {
  return new FlightdeckError(
    'GOLDEN_ROW_FAILED',
    `Golden row ${row}: output "${name}" is ${inShort(found[name]!)} here and should be ${inShort(expected[name]!)} ` +
      `(tolerance ${tolerance}). ${remedy}`,
  );
}

function inShort(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
