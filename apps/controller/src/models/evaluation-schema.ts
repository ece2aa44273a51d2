// What the console shows of a bundle's `evaluation.json`. Metrics and slices are whatever it has, under whatever names; a version that was
// measured with less has less to show.

import type { VersionEvaluation } from '@flightdeck/admin-api';
import { z } from 'zod';

const interval = z.object({ value: z.number(), low: z.number(), high: z.number() });
const metrics = z.record(z.string(), interval);
const point = z.tuple([z.number(), z.number()]);

const curvesSchema = z.object({
  roc: z.array(point),
  precisionRecall: z.array(point),
  calibration: z.array(
    z.object({
      predicted: z.number(),
      observed: z.number(),
      low: z.number(),
      high: z.number(),
      rows: z.number(),
    }),
  ),
});

const sliceSchema = z.object({
  slice: z.string(),
  value: z.string(),
  rows: z.number(),
  positives: z.number(),
  meanScore: z.number().nullable(),
  metrics: metrics.nullable(),
});

const evaluationSchema = z
  .object({
    rows: z.number(),
    positives: z.number(),
    metrics,
    threshold: z.number().nullable().default(null),
    rowsDigest: z.string().nullable().default(null),
    interval: z.object({ blocks: z.number() }).optional(),
    slices: z.array(sliceSchema).default([]),
    curves: curvesSchema.nullable().default(null),
  })
  .transform(({ interval: drawn, ...rest }): VersionEvaluation => ({ ...rest, days: drawn?.blocks ?? null }));

/** The version's own under `network`, and what it was measured against on the same rows. */
export const evaluationsSchema = z.record(z.string(), evaluationSchema).refine((all) => 'network' in all);
