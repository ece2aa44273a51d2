// What can be known of an ONNX file without its author: what it takes and gives, and that it answers, always alike.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { type InferenceLimits, type InferenceModel, loadModel } from '@flightdeck/inference';
import { type OnnxSession, openSession, type TensorInfo } from '@flightdeck/onnx';
import type { TensorGoldenRows, TensorSignature } from '@flightdeck/registry';
import { assertClose, checkGoldenRows } from './golden-check.ts';
import { readGoldenFile, type WantedRow } from './golden-file.ts';
import { goldenAnswer, goldenRequest, goldenSamples, type Values } from './golden-rows.ts';
import { madeRows } from './made-rows.ts';

export interface Examination {
  readonly signature: TensorSignature;
  /** Outputs that are no tensors, and so cannot be served. */
  readonly skippedOutputs: readonly string[];
  readonly golden: TensorGoldenRows;
  /** How many of the golden rows came with answers, and by how much the model's differ at most; null where none did. */
  readonly compared: { readonly rows: number; readonly largestDifference: number } | null;
  readonly runtime: Pick<InferenceModel, 'placement' | 'batching' | 'cost'>;
}

/** Serving's defaults: whether it batches, and where it runs, is judged as serving will judge it. */
const limits: InferenceLimits = {
  maxBatchRows: 1024,
  maxDelayMs: 0,
  maxQueuedRows: 16_384,
  inlineBudgetMs: 2,
  poolThreads: 1,
};

/** Sums of 32-bit floats differ by so much in another order; shorter floats, by two units in the last place. */
const tolerances: Readonly<Record<string, number>> = { float16: 2 ** -9, bfloat16: 2 ** -6 };
const defaultTolerance = 1e-5;

const repeatRemedy =
  'The first time it was asked it gave the other answer. Export the model so that it depends on nothing but its inputs: without ' +
  'random numbers, with dropout switched off.';
const authorRemedy =
  'That is what the golden rows say it should be. Check that they come from this very model, with the same preprocessing, or ' +
  'leave the outputs out and they are taken from the model.';

/**
 * Opens the file, asks it for golden rows (those given, as parsed JSON, or made ones), and then asks it again as it will be
 * served, in batches. Throws what `openSession` and `loadModel` throw, GOLDEN_FILE_INVALID, GOLDEN_ROW_INVALID,
 * GOLDEN_ROW_FAILED, and IMPORT_NEEDS_GOLDEN where made rows will not do.
 */
export async function examine(bytes: Uint8Array, goldenFile: unknown): Promise<Examination> {
  const answers = await askAlone(bytes, goldenFile);
  return { ...answers, runtime: await askServed(bytes, answers) };
}

/** Each golden row in a run of its own. The model is closed again, so that it is in memory once and not twice. */
async function askAlone(bytes: Uint8Array, goldenFile: unknown): Promise<Omit<Examination, 'runtime'>> {
  const session = await openSession(bytes);
  try {
    const { skippedOutputs } = session;
    const signature = signatureOf(session);
    const rows =
      goldenFile === undefined
        ? await runnableRows(session, signature)
        : readGoldenFile(goldenFile, signature);
    return { signature, skippedOutputs, ...(await answered(session, signature, rows)) };
  } finally {
    await session.release();
  }
}

function signatureOf({ inputs, outputs }: OnnxSession): TensorSignature {
  if (inputs.length === 0)
    throw new FlightdeckError('ONNX_UNSUPPORTED', 'The model takes no input, so there is nothing to ask it.');
  return { kind: 'tensors', inputs: inputs.map(declared), outputs: outputs.map(declared) };
}

function declared({ name, type, shape }: TensorInfo): TensorSignature['inputs'][number] {
  return { name, type, shape: [...shape] };
}

/** Those of the made rows that the model takes. IMPORT_NEEDS_GOLDEN if it takes none. */
async function runnableRows(session: OnnxSession, signature: TensorSignature): Promise<readonly WantedRow[]> {
  const rows = madeRows(signature).map((inputs) => ({ inputs, outputs: {} }));
  const runs = await Promise.allSettled(
    rows.map(({ inputs }, position) => session.run(goldenRequest(signature, inputs, position).feeds())),
  );
  const runnable = rows.filter((_, position) => runs[position]!.status === 'fulfilled');
  if (runnable.length > 0) return runnable;
  const { reason } = runs[0] as PromiseRejectedResult;
  throw new FlightdeckError(
    'IMPORT_NEEDS_GOLDEN',
    `The model fails on rows that were made up for it. ${messageOf(reason)} ` +
      `Give it golden rows with values that it knows, in a file such as ${exampleFile(rows[0]!.inputs)}`,
    { cause: reason },
  );
}

/** The rows with all of the model's answers, and how far those are from the answers that were given. */
async function answered(
  session: OnnxSession,
  signature: TensorSignature,
  wanted: readonly WantedRow[],
): Promise<Pick<Examination, 'golden' | 'compared'>> {
  const tolerance = Math.max(...signature.outputs.map(({ type }) => tolerances[type] ?? defaultTolerance));
  const found: TensorGoldenRows['rows'][number]['outputs'][] = [];
  for (const [position, { inputs }] of wanted.entries()) {
    const feeds = goldenRequest(signature, inputs, position).feeds();
    const outputs = await session.run(feeds).catch((error: unknown) => refused(position, error));
    found.push(goldenAnswer(signature, outputs));
  }
  const expected = wanted.map(({ outputs }) => outputs);
  const largestDifference = assertClose({ signature, found, expected, tolerance, remedy: authorRemedy });
  const rows = expected.filter((outputs) => Object.keys(outputs).length > 0).length;
  return {
    golden: { tolerance, rows: wanted.map(({ inputs }, row) => ({ inputs, outputs: found[row]! })) },
    compared: rows === 0 ? null : { rows, largestDifference },
  };
}

/** The same as serving will ask: it finds out whether rows may share runs, and where they run best. */
async function askServed(
  bytes: Uint8Array,
  { signature, golden }: Pick<Examination, 'signature' | 'golden'>,
): Promise<Examination['runtime']> {
  const model = await loadModel(bytes, { limits, samples: goldenSamples(signature, golden.rows) });
  try {
    await checkGoldenRows(model, signature, golden, repeatRemedy);
    // Random numbers come in the same order in each session, so once could be chance.
    await checkGoldenRows(model, signature, golden, repeatRemedy);
    const { placement, batching, cost } = model;
    return { placement, batching, cost };
  } finally {
    await model.retire();
  }
}

function refused(position: number, error: unknown): never {
  throw new FlightdeckError('GOLDEN_ROW_FAILED', `Golden row ${position}: ${messageOf(error)}`, {
    cause: error,
  });
}

/** A rows file of one row; long values are only hinted at. */
function exampleFile(inputs: Values): string {
  const values = Object.entries(inputs).map(([name, value]) => {
    const text = JSON.stringify(value);
    return [name, text.length <= 200 ? value : `${text.slice(0, 20)}…`];
  });
  return JSON.stringify([{ inputs: Object.fromEntries(values) }]);
}
