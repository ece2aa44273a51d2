// reports/demo/summary.json: what one demo did and measured. The same seed gives the same numbers, but for times and memory.

import { z } from 'zod';
import { loopSchema } from './loop-schema.ts';

const intervalSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });

const metricsSchema = z.object({
  rocAuc: intervalSchema,
  prAuc: intervalSchema,
  logLoss: intervalSchema,
  brier: intervalSchema,
  ece: intervalSchema,
});

const servedSchema = z.object({
  model: z.string(),
  version: z.number().int(),
  /** Whether it is the version that this demo trained; else the gate kept an earlier champion. */
  trainedHere: z.boolean(),
  /** Rows that were asked for over HTTP. */
  rows: z.number().int(),
  /** Largest difference to what training expects; null where another version answers. */
  maxAbsDiff: z.number().nullable(),
  requests: z.number().int(),
  /** Of single predictions, one after the other, measured by the caller. */
  p50Ms: z.number(),
  p99Ms: z.number(),
  /** What a request with an unknown field got. */
  refusal: z.object({ status: z.number().int(), code: z.string(), message: z.string() }),
});

export const demoSummarySchema = z.object({
  model: z.string(),
  rows: z.object({
    read: z.number().int(),
    quarantined: z.number().int(),
    trained: z.number().int(),
    validation: z.number().int(),
    test: z.number().int(),
  }),
  /** By stage; `total` is the wall clock, start of the command to its last measurement. */
  seconds: z.object({ total: z.number() }).catchall(z.number()),
  /** The largest sum of resident memory over all processes of the demo at one time. */
  peakRssBytes: z.number(),
  test: z.object({ network: metricsSchema, logistic: metricsSchema, constant: metricsSchema }),
  onnx: z.object({ rows: z.number().int(), maxAbsDiff: z.number(), bytes: z.number().int() }),
  gate: z.object({ verdict: z.enum(['pass', 'fail', 'inconclusive']), reasons: z.array(z.string()) }),
  /** Null where there is nothing to serve: the gate did not pass the version, and there is no earlier champion. */
  served: servedSchema.nullable(),
  /** Null where the loop was not played: nothing to serve, nothing to replay, or --no-loop. */
  loop: loopSchema.nullable(),
  backend: z.string(),
  broker: z.string(),
  seed: z.number().int(),
  epochs: z.array(
    z.object({ epoch: z.number().int(), trainingLoss: z.number(), validationLoss: z.number() }),
  ),
  datasetVersion: z.string(),
  featureVersion: z.string(),
  machine: z.object({
    cores: z.number().int(),
    memoryBytes: z.number(),
    node: z.string(),
    platform: z.string(),
  }),
});

export type DemoSummary = z.infer<typeof demoSummarySchema>;
export type ServedSummary = z.infer<typeof servedSchema>;
