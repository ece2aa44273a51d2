// A model that can be run: the wrapper over ONNX Runtime that training's parity check and serving share.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { InferenceSession, type Tensor } from 'onnxruntime-node';
import { refuseExternalData } from './external-data.ts';
import { type Columns, inputTensors, refuseOddInputs, type TensorInfo } from './input-tensors.ts';
import { probabilityOutput } from './scoring-graph.ts';

export interface OnnxModel {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * One probability a row. Blocks the thread while it computes (onnxruntime-node runs synchronously on a later turn of the
   * event loop). ONNX_INPUT_INVALID names a column that does not fit; ONNX_RUN_FAILED means that the model itself broke.
   */
  run(columns: Columns, rows: number): Promise<Float32Array>;
  /** Frees the native memory once the runs under way have finished. Further runs are refused with ONNX_RELEASED. */
  release(): Promise<void>;
}

export interface OpenOptions {
  /**
   * Threads within one run. The default of 1 is right for networks of this size: handing out work costs more than it saves,
   * and serving scales by workers instead.
   */
  readonly threads?: number;
}

/**
 * Opens an ONNX file. ONNX_CORRUPT if the runtime cannot make a session of the bytes; ONNX_UNSUPPORTED if the model keeps
 * data in other files, has inputs that are no columns, or no output that could be the score. The bytes may be changed
 * afterwards.
 */
export async function openModel(bytes: Uint8Array, { threads = 1 }: OpenOptions = {}): Promise<OnnxModel> {
  const session = await createSession(bytes, threads);
  try {
    return modelOf(session);
  } catch (error) {
    await session.release();
    throw error;
  }
}

function modelOf(session: InferenceSession): OnnxModel {
  const inputs = session.inputMetadata.map(infoOf);
  const outputs = session.outputMetadata.map(infoOf);
  refuseOddInputs(inputs);
  const score = scoreOf(outputs);
  const running = new Set<Promise<unknown>>();
  let released: Promise<void> | undefined;
  return {
    inputs,
    outputs,
    async run(columns, rows) {
      if (released)
        throw new FlightdeckError('ONNX_RELEASED', 'The model was released. Open it again to run it.');
      const run = runOnce(session, inputTensors(inputs, columns, rows), score, rows);
      running.add(run);
      return run.finally(() => running.delete(run));
    },
    release() {
      released ??= Promise.allSettled(running).then(() => session.release());
      return released;
    },
  };
}

async function runOnce(
  session: InferenceSession,
  feeds: Record<string, Tensor>,
  score: string,
  rows: number,
): Promise<Float32Array> {
  const results = await session.run(feeds, [score]).catch(failed);
  const data = results[score]?.data;
  if (data instanceof Float32Array && data.length === rows) return data;
  throw failed(new Error(`"${score}" is not one float32 a row`));
}

async function createSession(bytes: Uint8Array, threads: number): Promise<InferenceSession> {
  try {
    refuseExternalData(bytes);
    return await InferenceSession.create(bytes, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      // Without this the runtime would also take its own format, which refuseExternalData cannot look into.
      extra: { session: { load_model_format: 'ONNX' } },
    });
  } catch (error) {
    if (error instanceof FlightdeckError) throw error;
    throw new FlightdeckError(
      'ONNX_CORRUPT',
      `The ONNX file of ${bytes.length} bytes cannot be opened: ${messageOf(error)}. ` +
        'Restore it from the registry or a backup, or export the model again.',
      { cause: error },
    );
  }
}

/** The output that is the score: the one called probability, or the only one there is. */
function scoreOf(outputs: readonly TensorInfo[]): string {
  const score = outputs.find(({ name }) => name === probabilityOutput) ?? outputs[0];
  if (score?.type === 'float32' && (outputs.length === 1 || score.name === probabilityOutput))
    return score.name;
  const names = outputs.map(({ name, type }) => `${name} (${type})`).join(', ');
  throw new FlightdeckError(
    'ONNX_UNSUPPORTED',
    `The model's outputs are ${names}. Export it with one float32 output called "${probabilityOutput}".`,
  );
}

function infoOf(metadata: InferenceSession.ValueMetadata): TensorInfo {
  if (metadata.isTensor) return { name: metadata.name, type: metadata.type, shape: metadata.shape };
  throw new FlightdeckError(
    'ONNX_UNSUPPORTED',
    `The model's ${metadata.name} is not a tensor (a map or a sequence). Export it with tensors alone.`,
  );
}

function failed(error: unknown): never {
  throw new FlightdeckError(
    'ONNX_RUN_FAILED',
    `The model failed in ONNX Runtime: ${messageOf(error)}. Check the file with packages/onnx/check-model.py.`,
    { cause: error },
  );
}
