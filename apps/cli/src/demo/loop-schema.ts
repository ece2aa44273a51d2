// The loop's part of reports/demo/summary.json: what was decided when, and how good the answers were once their labels were known.

import { z } from 'zod';

/** With its 95 % interval over days; without one where there is one day only. */
const estimateSchema = z.object({
  value: z.number(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});

const sideSchema = z.object({
  rocAuc: estimateSchema,
  ece: estimateSchema,
  logLoss: estimateSchema,
  /** Mean probability above the share of positives. */
  bias: estimateSchema,
});

const periodSchema = z.object({
  from: z.string(),
  to: z.string(),
  rows: z.number().int(),
  days: z.number().int(),
  /** What was answered. */
  served: sideSchema,
  /** What the frozen version would have answered to the same rows. */
  frozen: sideSchema,
  /** By how much the frozen version is worse, on the same rows. */
  saved: z.object({ ece: estimateSchema, logLoss: estimateSchema }),
});
export type PeriodQuality = z.infer<typeof periodSchema>;

const pointSchema = z.object({ rocAuc: z.number(), ece: z.number(), bias: z.number() });

const daySchema = z.object({
  day: z.string(),
  answered: z.number().int(),
  labelled: z.number().int(),
  byVersion: z.record(z.string(), z.number().int()),
  /** Share of the labelled rows. */
  positives: z.number(),
  /** Null where a class is missing. */
  served: pointSchema.nullable(),
  frozen: pointSchema.nullable(),
});
export type QualityDay = z.infer<typeof daySchema>;

export const loopEventKinds = [
  'alarm',
  'skip',
  'recalibrate',
  'retrain',
  'gate',
  'start-rollout',
  'advance',
  'hold',
  'halt',
  'promote',
  'roll-back',
  'abort',
  'injected',
] as const;

const eventSchema = z.object({
  /** Event time: what the data's clock said. */
  at: z.string(),
  /** Real time, since the loop began; null for alarms, whose reports are made again as labels come in. */
  seconds: z.number().nullable(),
  kind: z.enum(loopEventKinds),
  /** The version that it is about. */
  version: z.number().int().nullable(),
  /** Who decided: `controller`, the queue's trainer, or `demo` for what was done on purpose. */
  by: z.string(),
  text: z.string(),
  /** Sentences with the numbers. */
  reasons: z.array(z.string()),
});
export type LoopEvent = z.infer<typeof eventSchema>;

export const loopSchema = z.object({
  /** Its state directory: a FLIGHTDECK_HOME to look at. */
  home: z.string(),
  replay: z.object({
    from: z.string(),
    to: z.string(),
    /** Of the rows that were asked for; all events were posted. */
    share: z.number(),
    predictions: z.number().int(),
    events: z.number().int(),
  }),
  /** `person`: no alarm came, and the demo asked. */
  trigger: z.enum(['alarm', 'person']),
  versions: z.object({
    frozen: z.number().int(),
    /** What the job made; null where it made none, or its gate refused it. */
    candidate: z.number().int().nullable(),
    promoted: z.boolean(),
    bad: z.number().int(),
  }),
  /** Of the frozen version, by the evaluation that let it in. */
  promised: z.object({ rocAuc: z.number(), logLoss: z.number(), ece: z.number() }),
  /** How the job failed, where it did. */
  jobFailure: z.string().nullable(),
  timeline: z.array(eventSchema),
  quality: z.object({
    /** Until the rollout began. */
    before: periodSchema,
    /** From the promotion on; null where there was none. */
    after: periodSchema.nullable(),
    /** Largest difference between what the frozen version answered and what it says to the logged features again. */
    maxAbsDiff: z.number(),
  }),
  days: z.array(daySchema),
  /** Of the bad model; null where the controller did not roll it back. */
  rollback: z
    .object({
      /** Since its rollout began. */
      afterMinutes: z.number(),
      afterSeconds: z.number(),
      /** Requests that it answered for real. */
      answered: z.number().int(),
      why: z.string(),
      reasons: z.array(z.string()),
    })
    .nullable(),
  seconds: z.number(),
});
export type LoopSummary = z.infer<typeof loopSchema>;
