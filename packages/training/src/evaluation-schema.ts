// The shape of an evaluation as it is stored with a run and a version, read by the gate and drawn by reports. With the resamples, so
// that a later model can be compared with this one pair by pair; without them for people.

import { z } from 'zod';

export const metricNames = ['rocAuc', 'prAuc', 'logLoss', 'brier', 'ece'] as const;
export type MetricName = (typeof metricNames)[number];

export const sliceMetricNames = ['rocAuc', 'logLoss', 'ece'] as const;
export type SliceMetricName = (typeof sliceMetricNames)[number];

/** A number with its 95 % interval. */
const intervalSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** Resample i holds the same days in every evaluation of the same rows and seed: subtract two lists, and the days cancel. */
const estimateSchema = intervalSchema.extend({ resamples: z.array(z.number()) });
export type Estimate = z.infer<typeof estimateSchema>;

const count = z.number().nonnegative();
const share = z.number().min(0).max(1);
const curveSchema = z.array(z.tuple([share, share]));

const confusionSchema = z.object({
  truePositive: count,
  falsePositive: count,
  trueNegative: count,
  falseNegative: count,
});

const curvesSchema = z.object({
  /** False positive rate, true positive rate. */
  roc: curveSchema,
  /** Recall, precision. */
  precisionRecall: curveSchema,
  /** One point a bin that holds rows; low and high are Wilson's interval of the observed share. */
  calibration: z.array(z.object({ predicted: share, observed: share, low: share, high: share, rows: count })),
});

function evaluationSchemaOf<Value extends z.ZodType>(value: Value) {
  return z.object({
    rows: count,
    positives: count,
    /** A row counts as predicted positive from this probability on. */
    threshold: z.number(),
    /** Equal digests say: the same labels and days in the same order. */
    rowsDigest: z.string(),
    interval: z.object({
      level: share,
      resamples: count,
      unit: z.literal('day'),
      /** How many days there are to draw from: the sample size that the width of the intervals depends on. */
      blocks: count,
      seed: z.number(),
    }),
    metrics: z.object({ rocAuc: value, prAuc: value, logLoss: value, brier: value, ece: value }),
    atThreshold: z.object({
      /** Null where no row, or none of some resample, is predicted positive. */
      precision: value.nullable(),
      recall: value,
      f1: value,
      confusion: confusionSchema,
    }),
    slices: z.array(
      z.object({
        slice: z.string(),
        value: z.string(),
        rows: count,
        positives: count,
        /** Mean predicted probability: beside the share of positives it tells how well the slice is calibrated. Null without rows. */
        meanScore: share.nullable(),
        /** Null where the slice is too small to say anything. */
        metrics: z.object({ rocAuc: value, logLoss: value, ece: value }).nullable(),
      }),
    ),
    curves: curvesSchema,
  });
}

export const evaluationSchema = evaluationSchemaOf(estimateSchema);
export type Evaluation = z.infer<typeof evaluationSchema>;

export const evaluationSummarySchema = evaluationSchemaOf(intervalSchema);
export type EvaluationSummary = z.infer<typeof evaluationSummarySchema>;

/** The evaluation for people and pages: every estimate becomes {value, low, high}. */
export function withoutResamples(evaluation: Evaluation): EvaluationSummary {
  return evaluationSummarySchema.parse(evaluation); // parsing drops what the schema does not name
}

/** The metrics alone, without intervals: what a run and a version are listed with. */
export function summaryMetrics(evaluation: Evaluation): Record<MetricName, number> {
  const entries = metricNames.map((name) => [name, evaluation.metrics[name].value]);
  return Object.fromEntries(entries) as Record<MetricName, number>;
}
