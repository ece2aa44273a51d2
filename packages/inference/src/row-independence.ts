// Whether rows of different callers may share a run: only if each gets the answer that it would get alone.

import { messageOf } from '@flightdeck/core';
import type { OnnxSession, TensorInfo, Tensors, TensorValue } from '@flightdeck/onnx';
import type { RowSource } from './row-source.ts';
import type { Runner } from './runner.ts';
import { pickRows } from './sample-rows.ts';
import { cutRows } from './tensor-rows.ts';

/** How far an answer may be off in a batch, relative to its size or absolute below 1: kernels add up in another order there. */
const tolerance = 1e-4;

/** Why the model's inputs and outputs rule it out; null if they do not. A first dimension of any size is what a batch needs. */
export function fixedRows({ inputs, outputs }: Pick<OnnxSession, 'inputs' | 'outputs'>): string | null {
  if (inputs.length === 0) return 'The model has no inputs.';
  const edges = [
    ...inputs.map((input) => ['Input', input] as const),
    ...outputs.map((output) => ['Output', output] as const),
  ];
  const fixed = edges.find(([, { shape }]) => typeof shape[0] !== 'string');
  if (!fixed) return null;
  const [kind, { name, shape }] = fixed;
  const what = shape.length === 0 ? 'no dimensions' : `a fixed first dimension of ${shape[0]}`;
  return `${kind} "${name}" has ${what}. Export the model with a first dimension of any size to have requests share runs.`;
}

/** The same found out by trial: null if each of `samples` has the same answer alone and together with the others. */
export async function mixedRows(
  runner: Runner,
  inputs: readonly TensorInfo[],
  samples: RowSource,
): Promise<string | null> {
  const rows = Array.from({ length: samples.rows }, (_, row) => row);
  // The first row again at the end: what adds up or counts rows gives it another answer there.
  const order = [...rows, 0];
  try {
    const alone: Tensors[] = [];
    for (const row of rows) alone.push((await runner.run(pickRows(inputs, samples, [row]))).outputs);
    const together = await runner.run(pickRows(inputs, samples, order));
    return firstDifference(together.outputs, order, alone);
  } catch (error) {
    return `The model does not take any number of rows: ${messageOf(error)}`;
  }
}

function firstDifference(
  together: Tensors,
  order: readonly number[],
  alone: readonly Tensors[],
): string | null {
  for (const [name, tensor] of Object.entries(together)) {
    if (tensor.dims[0] !== order.length)
      return `Output "${name}" has the shape [${tensor.dims.join(', ')}] for ${order.length} rows.`;
    const isSame = order.every((row, at) => isClose(cutRows(tensor, at, at + 1), alone[row]![name]!));
    if (!isSame) return `In output "${name}" a row's answer depends on the rows beside it.`;
  }
  return null;
}

function isClose(a: TensorValue, b: TensorValue): boolean {
  if (String(a.dims) !== String(b.dims)) return false;
  return Array.from<unknown>(a.data).every((value, i) => {
    const other: unknown = b.data[i];
    if (typeof value !== 'number' || typeof other !== 'number') return value === other;
    // Infinities and NaN are equal to themselves and close to nothing.
    return Object.is(value, other) || Math.abs(value - other) <= tolerance * Math.max(1, Math.abs(value));
  });
}
