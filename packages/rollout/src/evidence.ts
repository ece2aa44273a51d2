// What was seen of champion and candidate in the same window: the input of a rollout's verdict. Whoever reads the prediction log makes
// it; nothing here is a rate or a verdict yet.

import { z } from 'zod';
import { histogramSchema } from './histogram.ts';

const counter = z.int().nonnegative();
const meanSchema = z.strictObject({ mean: z.number(), variance: z.number().nonnegative() });

/** Predictions of the window whose label is known by now. */
const maturedSchema = z.strictObject({
  labels: counter,
  /** The share of the variant's scored predictions of the window that these are. */
  coverage: z.number().min(0).max(1),
  logLoss: meanSchema,
  /** Null where a class is missing. */
  auc: z.strictObject({ value: z.number(), standardError: z.number().nonnegative() }).nullable(),
});

const variantSchema = z
  .strictObject({
    /** Predictions asked for, failed ones included. */
    requests: counter,
    /** By error code. */
    failures: z.record(z.string(), counter),
    latencyMs: histogramSchema,
    /** Of the answers; `histogram` counts equal bins of [0, 1], as many for each variant. Null without an answer. */
    scores: meanSchema.extend({ histogram: z.array(counter).min(2) }).nullable(),
    matured: maturedSchema.nullable(),
  })
  .refine(({ requests, failures }) => sumOf(failures) <= requests, 'has more failures than requests');
export type VariantEvidence = z.infer<typeof variantSchema>;

/** The candidate asked about requests that the champion answered. */
const shadowSchema = z.strictObject({
  /** Predictions that both scored. */
  pairs: counter,
  /** By error code: the shadow was asked and gave no score. */
  failures: z.record(z.string(), counter),
  /** |candidate's score - champion's|, over the pairs. */
  difference: meanSchema,
  latencyMs: histogramSchema,
  /** Over pairs whose label is known: the candidate's log loss minus the champion's, pair by pair. */
  matured: z.strictObject({ labels: counter, lossDifference: meanSchema }).nullable(),
});
export type ShadowEvidence = z.infer<typeof shadowSchema>;

export const evidenceSchema = z
  .strictObject({
    /** Event time, milliseconds since 1970 UTC. It begins where the step began, so that steps do not share evidence. */
    window: z.strictObject({ from: z.number(), to: z.number() }),
    champion: variantSchema,
    /** Null in a window in which the candidate had no traffic. */
    candidate: variantSchema.nullable(),
    /** Null in a window without shadows. */
    shadow: shadowSchema.nullable(),
  })
  .refine(({ window }) => window.to >= window.from, 'ends before it begins');
export type Evidence = z.infer<typeof evidenceSchema>;

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, each) => sum + each, 0);
}
