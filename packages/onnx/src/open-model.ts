// A scoring model: columns in, one probability a row out. Training's parity check runs its exports through this.

import { FlightdeckError } from '@flightdeck/core';
import { type OnnxSession, type OpenOptions, openSession } from './open-session.ts';
import { invalid, unsupported } from './refusals.ts';
import { probabilityOutput } from './scoring-graph.ts';
import type { TensorInfo, Tensors, TensorValue } from './tensors.ts';

/** One value a row and input; a column of shape [rows, k] holds k, row by row. */
export type Columns = Readonly<Record<string, Float32Array | readonly string[]>>;

export interface OnnxModel {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * One probability a row. Columns that the model does not know are left out. Blocks the thread while it computes, and
   * throws, as `run` of a session does.
   */
  run(columns: Columns, rows: number): Promise<Float32Array>;
  /** Frees the native memory once the runs under way have finished. Further runs are refused with ONNX_RELEASED. */
  release(): Promise<void>;
}

/**
 * Opens an ONNX file as `openSession` does. ONNX_UNSUPPORTED also if the model has inputs that are no columns, or no output
 * that could be the score.
 */
export async function openModel(bytes: Uint8Array, options?: OpenOptions): Promise<OnnxModel> {
  const session = await openSession(bytes, options);
  try {
    return modelOf(session);
  } catch (error) {
    await session.release();
    throw error;
  }
}

function modelOf(session: OnnxSession): OnnxModel {
  const { inputs, outputs, release } = session;
  refuseOddInputs(inputs);
  const score = scoreOf(outputs);
  return {
    inputs,
    outputs,
    release,
    async run(columns, rows) {
      const answers = await session.run(columnTensors(inputs, columns, rows), [score]);
      const { data } = answers[score]!;
      if (data instanceof Float32Array && data.length === rows) return data;
      throw new FlightdeckError(
        'ONNX_RUN_FAILED',
        `The model's output "${score}" is not one float32 a row. Check the file with packages/onnx/check-model.py.`,
      );
    },
  };
}

/** Throws ONNX_UNSUPPORTED unless every input can be fed from columns: float32 or string, a fixed number of values a row. */
function refuseOddInputs(inputs: readonly TensorInfo[]): void {
  const odd = inputs.find(
    ({ type, shape }) =>
      (type !== 'float32' && type !== 'string') || shape.slice(1).some((size) => typeof size === 'string'),
  );
  if (!odd) return;
  throw unsupported(
    `The model's input "${odd.name}" is ${odd.type} of shape [${odd.shape.join(', ')}]. ` +
      'Export it with inputs that are float32 or string and differ in the first dimension alone',
  );
}

/** The output that is the score: the one called probability, or the only one there is. */
function scoreOf(outputs: readonly TensorInfo[]): string {
  const score = outputs.find(({ name }) => name === probabilityOutput) ?? outputs[0];
  if (score?.type === 'float32' && (outputs.length === 1 || score.name === probabilityOutput))
    return score.name;
  const names = outputs.map(({ name, type }) => `${name} (${type})`).join(', ');
  throw unsupported(
    `The model's outputs are ${names}. Export it with one float32 output called "${probabilityOutput}"`,
  );
}

/** The session checks the columns; only the number of rows is known here alone. */
function columnTensors(inputs: readonly TensorInfo[], columns: Columns, rows: number): Tensors {
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw invalid(`rows must be a whole number above 0, not ${rows}`);
  const tensors: Record<string, TensorValue> = {};
  for (const { name, type, shape } of inputs) {
    const data = columns[name] as TensorValue['data'] | undefined;
    if (data) tensors[name] = { type, dims: [rows, ...shape.slice(1).map(Number)], data };
  }
  return tensors;
}
