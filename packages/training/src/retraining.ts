// What crosses between the stages of a retraining, each of which may run on another machine: a snapshot of the data, trials on it,
// a conclusion; or, where only the calibration has drifted, a recalibration. This file loads no TensorFlow.

import { z } from 'zod';
import { evaluationSummarySchema } from './evaluation-schema.ts';
import { verdictSchema } from './gate-policy.ts';
import { trialParametersSchema } from './search.ts';
import { epochSchema } from './training-result.ts';

const digest = z.string().regex(/^[0-9a-f]{64}$/);
/** Whole minutes since 1970 UTC. */
const moment = z.int();
const seed = z.int().nonnegative();

/** Who asked, and why: for the log of the alias that moves. */
const asked = { runId: z.string(), actor: z.string(), reason: z.string() };

export const snapshotRequestSchema = z.object({
  model: z.string(),
  /** At most so many training rows; null for all. */
  rows: z.int().positive().nullable(),
  /** The training window: so many days, the most recent. Null for everything since the split's beginning. */
  days: z.int().positive().nullable(),
  /** Parquet file of matured production rows (`time` in minutes, one column a feature, `label`); null where there are none. */
  production: z.string().nullable(),
  seed,
});
export type SnapshotRequest = z.infer<typeof snapshotRequestSchema>;

export const snapshotSchema = z.object({
  /** The folder; other machines find it by its digest below their own state directory. */
  path: z.string(),
  digest,
  rows: z.object({ train: z.number(), validation: z.number(), test: z.number() }),
  /** First moment of the training rows, and the end of the test rows (exclusive). */
  from: moment,
  until: moment,
  testFrom: moment,
  testedOn: z.enum(['production', 'history']),
  /** Sentences: what was tested on and why, what was left out. */
  notes: z.array(z.string()),
  seconds: z.object({ ingest: z.number(), features: z.number() }),
});
export type Snapshot = z.infer<typeof snapshotSchema>;

export const trialRequestSchema = z.object({
  model: z.string(),
  /** The snapshot's digest. */
  snapshot: digest,
  parameters: trialParametersSchema,
  seed,
});
export type TrialRequest = z.infer<typeof trialRequestSchema>;

const share = z.number().min(0).max(1);

export const trialResultSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('trained'),
    parameters: trialParametersSchema,
    /** Of the calibrated probabilities, on the validation rows. */
    metrics: z.object({ rocAuc: share, logLoss: z.number(), brier: z.number(), ece: share }),
    /** Digest of the file of weights beside the snapshot. */
    weights: digest,
    epochs: z.array(epochSchema),
    bestEpoch: z.int().positive(),
    backend: z.string(),
    seconds: z.number(),
  }),
  /** Not a failure of the job: some parameters lead nowhere, and to find that out is what a trial is for. */
  z.object({ outcome: z.literal('diverged'), parameters: trialParametersSchema, problem: z.string() }),
]);
export type TrialResult = z.infer<typeof trialResultSchema>;

export const conclusionRequestSchema = z.object({
  ...asked,
  model: z.string(),
  snapshot: snapshotSchema,
  trials: z.array(trialResultSchema).min(1),
  /** Whether what passes the gate becomes champion at once; else it becomes `challenger`, and a rollout brings it in. */
  promote: z.boolean(),
  seed,
});
export type ConclusionRequest = z.infer<typeof conclusionRequestSchema>;

export const recalibrationRequestSchema = z.object({
  ...asked,
  model: z.string(),
  /** Which version: the champion when it was decided, by number, so that a repeated job does not recalibrate its own result. */
  version: z.int().positive(),
  /** As of a snapshot. */
  production: z.string(),
  /** A week holds every weekday once. */
  fitDays: z.int().positive().default(7),
  /** What comes after them, for the gate. */
  heldOutDays: z.int().min(2).default(3),
  promote: z.boolean(),
  seed,
});
export type RecalibrationRequest = z.infer<typeof recalibrationRequestSchema>;

const calibrationSchema = z.object({ slope: z.number(), intercept: z.number() });

export const recalibrationResultSchema = z.object({
  runId: z.string(),
  model: z.string(),
  /** The version whose network it is. */
  of: z.int(),
  /** Null where the gate let none in. */
  version: z.int().nullable(),
  promoted: z.boolean(),
  rows: z.object({ fit: z.number(), test: z.number() }),
  /** First moment of the rows of the fit, and the end of the test rows (exclusive). */
  from: moment,
  until: moment,
  calibration: z.object({ before: calibrationSchema, after: calibrationSchema }),
  /** On the same held-out rows. */
  test: z.object({ network: evaluationSummarySchema, champion: evaluationSummarySchema }),
  gate: z.object({ verdict: verdictSchema, reasons: z.array(z.string()) }),
  onnx: z.object({ rows: z.number(), maxAbsDiff: z.number() }),
  seconds: z.object({ read: z.number(), fit: z.number(), evaluate: z.number(), register: z.number() }),
});
export type RecalibrationResult = z.infer<typeof recalibrationResultSchema>;
