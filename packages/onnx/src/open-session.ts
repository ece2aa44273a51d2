// Any ONNX file as something that can be run: tensors in, tensors out. What knows a model's meaning (the score of
// open-model.ts, serving's protocols) is built on this.

import { FlightdeckError } from '@flightdeck/core';
import type { InferenceSession } from 'onnxruntime-node';
import { inputFeeds, type SessionInput } from './input-feeds.ts';
import { type LoadedModel, loadModel, reasonOf } from './load-model.ts';
import { invalid } from './refusals.ts';
import type { TensorInfo, Tensors, TensorValue } from './tensors.ts';

export interface OnnxSession {
  /** What has to be fed: inputs that have a value in the file are none. */
  readonly inputs: readonly TensorInfo[];
  /** The outputs that are tensors. */
  readonly outputs: readonly TensorInfo[];
  /** The names of outputs that are no tensors (maps, sequences) and so are not computed. */
  readonly skippedOutputs: readonly string[];
  /**
   * One run, of all outputs or of those named. Blocks the thread while it computes (onnxruntime-node runs synchronously on a
   * later turn of the event loop). ONNX_INPUT_INVALID names an input that does not fit, or an output that the model does not
   * have; ONNX_RUN_FAILED means that the model itself broke on this input. The feeds' data must not change meanwhile; the
   * results are the caller's to keep.
   */
  run(feeds: Tensors, outputs?: readonly string[]): Promise<Tensors>;
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

interface SessionOutput {
  readonly info: TensorInfo;
  readonly runtimeName: string;
}

/**
 * Opens an ONNX file. ONNX_CORRUPT if the runtime cannot make a session of the bytes; ONNX_UNSUPPORTED if the model keeps
 * data in other files, takes what cannot be carried here, gives nothing that can, or needs more than the runtime knows. The
 * bytes may lie in shared memory, and may be changed afterwards.
 */
export async function openSession(
  bytes: Uint8Array,
  { threads = 1 }: OpenOptions = {},
): Promise<OnnxSession> {
  const model = await loadModel(bytes, threads);
  const { session } = model;
  const inputs = session.inputMetadata.filter(isTensor).map((metadata) => inputOf(metadata, model));
  const outputs = session.outputMetadata.filter(isTensor).map((metadata) => outputOf(metadata, model));
  const outputsByName = new Map(outputs.map((output) => [output.info.name, output]));
  let running = 0;
  let released: Promise<void> | undefined;
  let lastRunEnded = () => {};
  return {
    inputs: inputs.map(({ info }) => info),
    outputs: outputs.map(({ info }) => info),
    skippedOutputs: session.outputMetadata.filter((each) => !isTensor(each)).map(({ name }) => name),
    async run(tensors, names) {
      if (released)
        throw new FlightdeckError('ONNX_RELEASED', 'The model was released. Open it again to run it.');
      const feeds = inputFeeds(inputs, tensors);
      const wanted = names ? outputsNamed(names, outputsByName) : outputs;
      running++;
      try {
        const results = await session.run(
          feeds,
          wanted.map(({ runtimeName }) => runtimeName),
        );
        return tensorsOf(results, wanted);
      } catch (error) {
        throw runFailed(error);
      } finally {
        running--;
        if (running === 0) lastRunEnded();
      }
    },
    release() {
      released ??= new Promise<void>((resolve) => {
        lastRunEnded = resolve;
        if (running === 0) resolve();
      }).then(() => session.release());
      return released;
    },
  };
}

type Metadata = InferenceSession.ValueMetadata;
type TensorMetadata = InferenceSession.TensorValueMetadata;

function isTensor(metadata: Metadata): metadata is TensorMetadata {
  return metadata.isTensor;
}

function inputOf(metadata: TensorMetadata, { inputs, narrow }: LoadedModel): SessionInput {
  const info = infoOf(metadata, narrow);
  return {
    info,
    anyRank: inputs.some(({ name, anyRank }) => name === info.name && anyRank),
    runtimeName: metadata.name,
    runtimeType: metadata.type as TensorInfo['type'],
  };
}

function outputOf(metadata: TensorMetadata, { narrow }: LoadedModel): SessionOutput {
  return { info: infoOf(metadata, narrow), runtimeName: metadata.name };
}

/** In the model's own words: narrow inputs and outputs have another name and type in the runtime. */
function infoOf({ name, type, shape }: TensorMetadata, narrow: LoadedModel['narrow']): TensorInfo {
  const edge = narrow.get(name);
  return { name: edge?.name ?? name, type: edge?.type ?? (type as TensorInfo['type']), shape };
}

function outputsNamed(
  names: readonly string[],
  outputs: ReadonlyMap<string, SessionOutput>,
): readonly SessionOutput[] {
  if (names.length === 0) throw invalid('no output is asked for');
  return names.map((name) => {
    const output = outputs.get(name);
    if (output) return output;
    throw invalid(`it has no output "${name}" (its outputs: ${[...outputs.keys()].join(', ')})`);
  });
}

/** The runtime hands out memory of its own to each run, so there is nothing to copy. */
function tensorsOf(results: InferenceSession.ReturnType, outputs: readonly SessionOutput[]): Tensors {
  const tensors: Record<string, TensorValue> = {};
  for (const { info, runtimeName } of outputs) {
    const { dims, data } = results[runtimeName]!;
    tensors[info.name] = { type: info.type, dims, data: data as TensorValue['data'] };
  }
  return tensors;
}

function runFailed(error: unknown): FlightdeckError {
  return new FlightdeckError('ONNX_RUN_FAILED', `The model failed in ONNX Runtime: ${reasonOf(error)}.`, {
    cause: error,
  });
}
