// What a model is like, found out by trying: whether requests may share its runs, and what a run costs.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import type { OnnxSession, TensorInfo, Tensors } from '@flightdeck/onnx';
import { fixedRows, mixedRows } from './row-independence.ts';
import { type RowSource, tensorRows } from './row-source.ts';
import type { RunCost } from './run-cost.ts';
import { inlineRunner, type Runner } from './runner.ts';
import { emptySample, otherValues, pickRows } from './sample-rows.ts';
import { cutRows, joinRows } from './tensor-rows.ts';

export interface Measurement extends Pick<OnnxSession, 'inputs' | 'outputs' | 'skippedOutputs'> {
  /** Of a run of so many rows; of a run as a whole, where rows do not share runs. */
  readonly cost: RunCost;
  /** Why requests must not share runs; null if they may. */
  readonly noBatching: string | null;
  /** What the model has been run on, and may be again to warm it up. */
  readonly sample: Tensors;
}

/** A size is run so often or so long, and the fastest counts: whatever else the machine does can only add. */
const runsOfASize = 20;
const msOfASize = 5;
/** Sizes grow until a run takes this long or all of them together have. */
const longRunMs = 25;
const allSizesMs = 100;
/** The clock does not tell less apart. */
const leastMs = 0.001;

/**
 * Tries the model on `samples`, or on rows made up in their place. Takes some tens of milliseconds for a cheap model, and a few
 * runs for a dear one. SIGNATURE_MISMATCH if the samples are not of the model's inputs, MODEL_FAILED_ON_INPUT if the model cannot
 * run them.
 */
export async function measureModel(
  session: OnnxSession,
  samples: Tensors | undefined,
  maxBatchRows: number,
): Promise<Measurement> {
  const { inputs, outputs, skippedOutputs } = session;
  const ports = { inputs, outputs, skippedOutputs };
  if (samples) assertSameInputs(inputs, samples);
  const runner = inlineRunner(session);
  const given = fixedPart(inputs, samples ?? emptySample(inputs));
  await tryOut(runner, given, samples !== undefined);
  const noBatching =
    fixedRows(session) ?? (await mixedRows(runner, inputs, await rowsToCompare(runner, inputs, given)));
  if (noBatching !== null)
    return {
      ...ports,
      cost: { fixedMs: await fastest(runner, given), perRowMs: 0 },
      noBatching,
      sample: given,
    };
  const rows = tensorRows(inputs, given);
  const cost = await costOfRows(runner, inputs, rows, maxBatchRows);
  return { ...ports, cost, noBatching, sample: pickRows(inputs, rows, [0]) };
}

/** A model with a fixed number of rows gets that many of the samples, if they are more. */
function fixedPart(inputs: readonly TensorInfo[], samples: Tensors): Tensors {
  return Object.fromEntries(
    inputs.map(({ name, shape }) => {
      const sample = samples[name]!;
      const rows = shape[0];
      const isMore = typeof rows === 'number' && sample.dims[0]! > rows;
      return [name, isMore ? cutRows(sample, 0, rows) : sample];
    }),
  );
}

async function tryOut(runner: Runner, feeds: Tensors, areGiven: boolean): Promise<void> {
  try {
    await runner.run(feeds);
  } catch (error) {
    const remedy = areGiven
      ? 'Export the model again, or give it golden rows that it can run.'
      : 'No golden rows came with it, so it was tried on zeros and empty strings. Give it golden rows.';
    throw new FlightdeckError('MODEL_FAILED_ON_INPUT', `${messageOf(error)} ${remedy}`, { cause: error });
  }
}

/** Some of the rows that were given. One row has nobody to mix with, so it gets another beside it, if the model takes that. */
async function rowsToCompare(
  runner: Runner,
  inputs: readonly TensorInfo[],
  given: Tensors,
): Promise<RowSource> {
  const rows = tensorRows(inputs, given);
  if (rows.rows > 1) return tensorRows(inputs, pickRows(inputs, rows, [0, 1, 2].slice(0, rows.rows)));
  const other = otherValues(given);
  const isTaken = await runner.run(other).then(
    () => true,
    () => false,
  );
  if (!isTaken) return rows;
  const both = inputs.map(({ name }) => [name, joinRows([given[name]!, other[name]!])!]);
  return tensorRows(inputs, Object.fromEntries(both));
}

/** The straight line through the costs of one row and of the most rows that could be tried. */
async function costOfRows(
  runner: Runner,
  inputs: readonly TensorInfo[],
  samples: RowSource,
  maxBatchRows: number,
): Promise<RunCost> {
  const ofRows = (count: number) =>
    fastest(
      runner,
      pickRows(
        inputs,
        samples,
        Array.from({ length: count }, (_, i) => i % samples.rows),
      ),
    );
  const started = performance.now();
  const one = await ofRows(1);
  let rows = 1;
  let ms = one;
  const isQuick = () => ms < longRunMs && performance.now() - started < allSizesMs;
  while (rows < maxBatchRows && (rows === 1 || isQuick())) {
    rows = Math.min(4 * rows, maxBatchRows);
    ms = await ofRows(rows);
  }
  const perRowMs = rows === 1 ? 0 : Math.max(0, (ms - one) / (rows - 1));
  return { fixedMs: Math.max(leastMs, one - perRowMs), perRowMs };
}

async function fastest(runner: Runner, feeds: Tensors): Promise<number> {
  const until = performance.now() + msOfASize;
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runsOfASize && (run === 0 || performance.now() < until); run++)
    best = Math.min(best, (await runner.run(feeds)).runMs);
  return best;
}

function assertSameInputs(inputs: readonly TensorInfo[], samples: Tensors): void {
  const [taken, given] = [
    listed(inputs),
    listed(Object.entries(samples).map(([name, { type }]) => ({ name, type }))),
  ];
  if (taken === given) return;
  throw new FlightdeckError(
    'SIGNATURE_MISMATCH',
    `The model takes (${taken}), and the samples that came with it have (${given}). Export the model again.`,
  );
}

function listed(inputs: readonly Pick<TensorInfo, 'name' | 'type'>[]): string {
  return inputs
    .map(({ name, type }) => `${name}: ${type}`)
    .sort()
    .join(', ');
}
