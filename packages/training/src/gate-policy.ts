// What a model declares that a new version must show, and the shape of the gate's answer, which is stored with the decision.

import { z } from 'zod';
import { metricNames, sliceMetricNames } from './evaluation-schema.ts';

const metricSchema = z.enum(metricNames);
const margin = z.number().nonnegative();

export const gatePolicySchema = z.strictObject({
  /** With fewer test rows or days than this, the verdict is inconclusive whatever the numbers say. */
  minimum: z.strictObject({ rows: z.int().positive(), days: z.int().min(2) }),
  /** Absolute limits, which the whole interval must keep. */
  bounds: z.partialRecord(
    metricSchema,
    z
      .strictObject({ min: z.number().optional(), max: z.number().optional() })
      .refine(({ min, max }) => min !== undefined || max !== undefined, 'a bound needs a min or a max'),
  ),
  /** Baselines that the candidate must beat, by an interval of the difference that excludes zero. */
  beats: z.array(z.strictObject({ baseline: z.string(), metric: metricSchema })),
  /** Per metric the loss against the champion that is tolerated, in the metric's unit. */
  noWorseThanChampion: z.partialRecord(metricSchema, margin),
  /** The same for each slice that has enough rows. Slices are small, so their margins are wider. */
  slices: z.strictObject({
    minimumRows: z.int().positive(),
    noWorseThanChampion: z.partialRecord(z.enum(sliceMetricNames), margin),
  }),
});
export type GatePolicy = z.infer<typeof gatePolicySchema>;

export const verdictSchema = z.enum(['pass', 'fail', 'inconclusive']);
export type Verdict = z.infer<typeof verdictSchema>;

const reasonSchema = z.object({
  /** What was checked: `bound:rocAuc:min`, `beats:logistic:rocAuc`, `champion:logLoss`, `slice:hour=05:ece`. Stable. */
  check: z.string(),
  verdict: verdictSchema,
  /** A sentence with the number, the threshold, the interval and the sample size. */
  message: z.string(),
  /** Null where there is no number: that is what is wrong then. */
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  low: z.number().optional(),
  high: z.number().optional(),
  rows: z.number(),
});
export type GateReason = z.infer<typeof reasonSchema>;

export const gateResultSchema = z.object({ verdict: verdictSchema, reasons: z.array(reasonSchema) });
export type GateResult = z.infer<typeof gateResultSchema>;
