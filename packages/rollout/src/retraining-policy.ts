// What the decision about retraining is made from: triggers, what the latest report says of matured quality, what was done before.

import { z } from 'zod';

const triggerSchema = z.discriminatedUnion('source', [
  z.strictObject({ source: z.literal('schedule'), id: z.string(), at: z.number() }),
  z.strictObject({ source: z.literal('drift'), id: z.string(), at: z.number() }),
  z.strictObject({ source: z.literal('quality'), id: z.string(), at: z.number() }),
  /** An alert from outside says what it is about: one about drift weighs no more than our own. */
  z.strictObject({
    source: z.literal('alert'),
    id: z.string(),
    at: z.number(),
    about: z.enum(['drift', 'quality']),
  }),
  z.strictObject({
    source: z.literal('person'),
    id: z.string(),
    at: z.number(),
    by: z.string(),
    action: z.enum(['retrain', 'recalibrate']),
  }),
]);
export type Trigger = z.infer<typeof triggerSchema>;

const estimateSchema = z.strictObject({ value: z.number(), low: z.number(), high: z.number() });

/** Of the version that serves, on the rows of the latest window whose label is known. */
const maturedQualitySchema = z.strictObject({
  labels: z.int().nonnegative(),
  coverage: z.number().min(0).max(1),
  auc: estimateSchema,
  /** What it had when the gate let it in. */
  referenceAuc: z.number(),
  /** How far predicted and observed are apart: 0 is perfect. */
  calibrationError: estimateSchema,
});
export type MaturedQuality = z.infer<typeof maturedQualitySchema>;

export const retrainingEvidenceSchema = z.strictObject({
  triggers: z.array(triggerSchema),
  /** Null while no label of the window is known. */
  quality: maturedQualitySchema.nullable(),
});
export type RetrainingEvidence = z.infer<typeof retrainingEvidenceSchema>;

const limitsSchema = z.strictObject({
  /** Since the last action of either kind. */
  cooldownMinutes: z.number().nonnegative(),
  perDay: z.int().positive(),
});

export const retrainingPolicySchema = z.strictObject({
  quality: z.strictObject({
    /** With fewer labels than this, or a smaller share of them, quality is unknown. */
    minimumLabels: z.int().positive(),
    minimumCoverage: z.number().min(0).max(1),
    maximumAucLoss: z.number().positive(),
    maximumCalibrationError: z.number().positive(),
  }),
  retrain: limitsSchema,
  recalibrate: limitsSchema,
});
export type RetrainingPolicy = z.infer<typeof retrainingPolicySchema>;

/** What was begun, oldest first; decisions to skip are not in it. */
export interface RetrainingAction {
  readonly at: number;
  readonly action: 'retrain' | 'recalibrate';
  /** Ids of the triggers that it answered. */
  readonly triggers: readonly string[];
  /** Still under way. */
  readonly active: boolean;
}
