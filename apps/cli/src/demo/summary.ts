// The summary, put together and checked against its schema.

import { availableParallelism, totalmem } from 'node:os';
import { FlightdeckError } from '@flightdeck/core';
import type { TrainingResult } from '@flightdeck/training/result';
import type { LoopSummary } from './loop-schema.ts';
import type { Answers } from './questions.ts';
import { type DemoSummary, demoSummarySchema, type ServedSummary } from './summary-schema.ts';

export interface DemoRecord {
  readonly result: TrainingResult;
  /** Null where there was nothing to serve. */
  readonly answers: Answers | null;
  readonly loop: LoopSummary | null;
  readonly broker: string;
  /** Of all processes together; null where the system does not tell. */
  readonly peakRssBytes: number | null;
  /** Of the stages that the training run does not know of, and the total. */
  readonly seconds: Readonly<Record<string, number>> & { readonly total: number };
}

export function summaryOf({ result, answers, loop, broker, peakRssBytes, seconds }: DemoRecord): DemoSummary {
  const { model, rows, test, onnx, gate, backend, seed, epochs, datasetVersion, featureVersion } = result;
  const { start = 0, ...later } = seconds;
  return demoSummarySchema.parse({
    model,
    rows,
    seconds: rounded({ start, ...result.seconds, ...later }),
    peakRssBytes: Math.max(peakRssBytes ?? 0, result.peakRssBytes),
    // The schema keeps the metrics of each, and drops curves and slices.
    test: Object.fromEntries(Object.entries(test).map(([name, { metrics }]) => [name, metrics])),
    onnx,
    gate,
    served: answers && servedBy(result, answers),
    loop,
    backend,
    broker,
    seed,
    epochs,
    datasetVersion,
    featureVersion,
    machine: {
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
  });
}

/** So far may an answer be from what training expects: another summation order, no more. */
const tolerance = 1e-5;

/** SERVING_SKEW where the server answers with the version that was trained, and answers something else. */
function servedBy({ model, version }: TrainingResult, answers: Answers): ServedSummary {
  const trainedHere = answers.version === version;
  if (trainedHere && !(answers.maxAbsDiff < tolerance)) {
    throw new FlightdeckError(
      'SERVING_SKEW',
      `${model} v${version} answers over HTTP up to ${answers.maxAbsDiff} away from what training computed for the same rows; ` +
        `less than ${tolerance} is right. Serving and training do not agree about the inputs.`,
    );
  }
  const { rows, requests, p50Ms, p99Ms, refusal } = answers;
  const maxAbsDiff = trainedHere ? answers.maxAbsDiff : null;
  return { model, version: answers.version, trainedHere, rows, maxAbsDiff, requests, p50Ms, p99Ms, refusal };
}

function rounded(seconds: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(seconds).map(([stage, value]) => [stage, Math.round(value * 1000) / 1000]),
  );
}
