// From bytes to a model that answers: it is measured apart, placed by what it costs, warmed up, and put behind a batcher.

import { openSession, type Tensors } from '@flightdeck/onnx';
import { batcher } from './batcher.ts';
import { copyBytes } from './copied-bytes.ts';
import type { InferenceModel, LoadOptions } from './inference-model.ts';
import { measureApart } from './measuring.ts';
import { memoryOf } from './memory-estimate.ts';
import { placeModel } from './placement.ts';
import { followCost } from './run-cost.ts';
import { inlineRunner, type Runner } from './runner.ts';
import { eventLoop } from './scheduler.ts';
import { threadPool } from './thread-pool.ts';

/** How long a model may take to be opened and measured, milliseconds. It blocks nobody but the models that load after it. */
const patienceMs = 60_000;

/**
 * Opens, measures, places and warms up a model. Throws what `openSession` throws (ONNX_CORRUPT, ONNX_UNSUPPORTED),
 * SIGNATURE_MISMATCH or MODEL_FAILED_ON_INPUT for the samples, MODEL_TOO_SLOW, and MODEL_UNAVAILABLE if a thread died of it. The
 * bytes must not change: a pool keeps them, for threads that replace others.
 */
export async function loadModel(bytes: Uint8Array, options: LoadOptions): Promise<InferenceModel> {
  const { limits, samples, onBatch } = options;
  const measured = await measureApart(
    { bytes: await copyBytes(bytes), samples: samples?.feeds(), maxBatchRows: limits.maxBatchRows },
    patienceMs,
  );
  const { inputs, outputs, skippedOutputs, noBatching, sample } = measured;
  const isBatching = noBatching === null;
  const { placement, maxBatchRows } = placeModel(measured.cost, isBatching, bytes.length, limits);
  const runner =
    placement === 'inline'
      ? await warmRunner(bytes, sample)
      : await threadPool(bytes, limits.poolThreads, sample);
  const cost = followCost(measured.cost);
  const requests = batcher({
    ...limits,
    inputs,
    outputs,
    isBatching,
    runner,
    scheduler: eventLoop,
    cost: measured.cost,
    maxBatchRows,
    onBatch(report) {
      cost.observe(report.rows, report.runMs);
      onBatch?.(report);
    },
  });
  let retirement: Promise<void> | undefined;
  return {
    inputs,
    outputs,
    skippedOutputs,
    placement,
    batching: isBatching ? { maxRows: maxBatchRows } : { none: noBatching },
    get cost() {
      return cost.now;
    },
    memoryBytes: memoryOf(bytes.length, placement, limits.poolThreads),
    get load() {
      return requests.load;
    },
    infer: requests.infer,
    retire() {
      retirement ??= requests.drain().then(() => runner.close());
      return retirement;
    },
  };
}

async function warmRunner(bytes: Uint8Array, sample: Tensors): Promise<Runner> {
  const runner = inlineRunner(await openSession(bytes));
  await runner.run(sample);
  return runner;
}
