// What a training run answers: the shape that crosses from the trainer to whoever asked for it. This file loads no TensorFlow.

import { z } from 'zod';
import { evaluationSummarySchema } from './evaluation-schema.ts';

/** The stages of a run, in order. */
export const stageNames = [
  'ingest',
  'features',
  'train',
  'baselines',
  'evaluate',
  'export',
  'gate',
  'register',
] as const;
export type StageName = (typeof stageNames)[number];

export const epochSchema = z.object({
  epoch: z.number(),
  trainingLoss: z.number(),
  validationLoss: z.number(),
  rowsPerSecond: z.number(),
});

export const trainingResultSchema = z.object({
  runId: z.string(),
  model: z.string(),
  /** Null where the gate let no version in. */
  version: z.number().int().nullable(),
  /** Whether the version is the champion now. */
  promoted: z.boolean(),
  rows: z.object({
    read: z.number(),
    quarantined: z.number(),
    trained: z.number(),
    validation: z.number(),
    test: z.number(),
  }),
  // Objects with their keys spelt out, here and below: a queue on PostgreSQL keeps no order of keys, parsing restores it.
  seconds: z.object(
    Object.fromEntries(stageNames.map((name) => [name, z.number()])) as Record<StageName, z.ZodNumber>,
  ),
  /** Of the training process. */
  peakRssBytes: z.number(),
  /** On the same test rows; the champion where there was one that could be scored. */
  test: z.object({
    network: evaluationSummarySchema,
    champion: evaluationSummarySchema.optional(),
    logistic: evaluationSummarySchema,
    constant: evaluationSummarySchema,
  }),
  gate: z.object({
    verdict: z.enum(['pass', 'fail', 'inconclusive']),
    reasons: z.array(z.string()),
  }),
  onnx: z.object({ rows: z.number(), maxAbsDiff: z.number(), bytes: z.number() }),
  epochs: z.array(epochSchema),
  calibration: z.object({ slope: z.number(), intercept: z.number() }),
  backend: z.string(),
  seed: z.number(),
  datasetVersion: z.string(),
  featureVersion: z.string(),
  /** Path of the holdout sample, a JSON file of HoldoutRow. */
  holdout: z.string(),
});
export type TrainingResult = z.infer<typeof trainingResultSchema>;

/** A test row as a request, with what training expects as its answer, and the truth. */
export const holdoutRowSchema = z.object({
  time: z.string(),
  input: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  probability: z.number(),
  label: z.boolean(),
});
export type HoldoutRow = z.infer<typeof holdoutRowSchema>;
