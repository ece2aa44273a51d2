// From the bytes of a file to a session of ONNX Runtime, through all that is looked at before the runtime sees it.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { InferenceSession } from 'onnxruntime-node';
import { dataTypes } from './data-types.ts';
import { refuseExternalData } from './external-data.ts';
import { type Edge, graphEdges } from './graph-edges.ts';
import { unsupported } from './refusals.ts';
import type { TensorType } from './tensors.ts';
import { isNarrow, widenEdges } from './wide-edges.ts';

export interface LoadedModel {
  readonly session: InferenceSession;
  readonly inputs: readonly Edge[];
  /** The inputs and outputs that are float32 in the session and another type in the file, by their names in the session. */
  readonly narrow: ReadonlyMap<string, Edge>;
}

/** What the runtime says of a sound file that asks for more than it has. */
const beyondRuntime =
  /could not find an implementation|is not a registered function|unsupported model ir version|only \*guarantees\* support|not currently registered or supported|unsupported data type/i;

/** ONNX_CORRUPT or ONNX_UNSUPPORTED, as `openSession` says. */
export async function loadModel(bytes: Uint8Array, threads: number): Promise<LoadedModel> {
  try {
    // The runtime takes no shared memory.
    const file = bytes.buffer instanceof SharedArrayBuffer ? new Uint8Array(bytes) : bytes;
    refuseExternalData(file);
    const edges = graphEdges(file);
    const { bytes: wide, narrow } = widenEdges(file, edges);
    const session = await InferenceSession.create(wide, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 4,
      // Without this the runtime would also take its own format, which refuseExternalData cannot look into.
      extra: { session: { load_model_format: 'ONNX' } },
    });
    await refuseOddSession(session);
    return { session, inputs: edges.inputs, narrow };
  } catch (error) {
    throw error instanceof FlightdeckError ? error : loadFailed(bytes, error);
  }
}

/** Looks again at what the runtime made of the file: types that the file leaves open are known only now. */
async function refuseOddSession(session: InferenceSession): Promise<void> {
  const edges = [...session.inputMetadata, ...session.outputMetadata];
  // Fetching a tensor of a type that onnxruntime-node has no array for ends the process.
  const odd = edges.find((edge) => edge.isTensor && !isRunnable(edge.type));
  if (!odd && session.outputMetadata.some(({ isTensor }) => isTensor)) return;
  await session.release();
  if (odd)
    throw unsupported(`The model declares no type for "${odd.name}", and it cannot be carried. Declare it`);
  throw unsupported(
    `The model has no output that is a tensor (its outputs: ${session.outputNames.join(', ') || 'none'}). ` +
      'Export it with tensors (from scikit-learn: with the option zipmap=False)',
  );
}

function isRunnable(type: string): boolean {
  return Object.hasOwn(dataTypes, type) && !isNarrow(type as TensorType);
}

function loadFailed(bytes: Uint8Array, error: unknown): FlightdeckError {
  const reason = reasonOf(error);
  if (beyondRuntime.test(reason))
    return unsupported(
      `ONNX Runtime cannot run this model: ${reason}. Export it with an older opset, and with standard operators and types`,
      error,
    );
  return new FlightdeckError(
    'ONNX_CORRUPT',
    `The ONNX file of ${bytes.length} bytes cannot be opened: ${reason}. ` +
      'Restore it from the registry or a backup, or export the model again.',
    { cause: error },
  );
}

/** The runtime's messages end in full stops and empty lines, or in neither. */
export function reasonOf(error: unknown): string {
  return messageOf(error).replace(/[.\s]+$/, '');
}
