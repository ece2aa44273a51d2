// The shape of a report: JSON, one per version, endpoint and window. Controllers decide by its verdicts and causes, people read its
// sentences; null is a number that could not be computed.

import { z } from 'zod';

const number = z.number().nullable();
const count = z.number().nonnegative();
const share = z.number().min(0).max(1).nullable();

/** A number with its 95 % interval, over blocks. */
const intervalSchema = z.object({ value: number, low: number, high: number });
export type Interval = z.infer<typeof intervalSchema>;

/** `inconclusive`: too little to judge by, or not yet often enough. */
export const verdicts = ['ok', 'inconclusive', 'drifted', 'degraded'] as const;
const verdictSchema = z.enum(verdicts);
export type Verdict = z.infer<typeof verdictSchema>;

/** One thing that is judged, by the change for the worse against what training has seen or promised. */
const itemSchema = z.object({
  /** Stable: `drift:origin`, `missing:distance`, `quality:rocAuc`, `service:failed`. */
  item: z.string(),
  verdict: verdictSchema,
  /** The change for the worse: positive is worse. */
  effect: intervalSchema,
  threshold: z.number(),
  rows: count,
  /** In this window the effect reaches the threshold, and is no chance finding. */
  exceeds: z.boolean(),
  /** So many windows in a row have exceeded. One that could not be judged leaves the number as it is. */
  streak: z.int().nonnegative(),
  /** A sentence with the number, the interval, the sample size and the threshold. */
  message: z.string(),
});
export type Item = z.infer<typeof itemSchema>;

const binSchema = z.object({ label: z.string(), reference: z.number(), window: z.number() });

const driftSchema = z.object({
  feature: z.string(),
  kind: z.enum(['number', 'category']),
  /** With a value. */
  rows: count,
  /** Independent rows that the window is worth to the significance test. */
  effectiveRows: number,
  stabilityIndex: number,
  /** What chance alone contributes to the index, on average. */
  stabilityNoise: number,
  /** 0 to 1. */
  jensenShannon: number,
  /** Numbers only; in the reference's bins, so a lower bound. */
  kolmogorovSmirnov: number,
  /** Categories only, over effective rows. */
  chiSquare: z.object({ statistic: z.number(), degrees: z.number() }).nullable(),
  /** Of Kolmogorov and Smirnov's test for numbers, of the chi-square test for categories, over effective rows. */
  p: number,
  /** Numbers only: Wasserstein-1 in the feature's unit, within the reference's outermost borders. */
  wasserstein: number,
  /** Numbers only: by how many reference deviations the mean has moved. */
  shift: number,
  minimum: number,
  maximum: number,
  /** Shares. Of categories the most frequent, and all others together. */
  bins: z.array(binSchema),
  item: itemSchema,
});
export type Drift = z.infer<typeof driftSchema>;

const featureQualitySchema = z.object({
  feature: z.string(),
  missing: share,
  outOfRange: share,
  unseen: share,
  /** An example of an unseen category. */
  unseenExample: z.string().nullable(),
  defaulted: share,
  stale: share,
});
export type FeatureQuality = z.infer<typeof featureQualitySchema>;

const metricSchema = intervalSchema.extend({
  /** By the version's evaluation. For log loss and Brier score at this window's share of positives. */
  promised: number,
});

const section = { verdict: verdictSchema, items: z.array(itemSchema) };

export const reportSchema = z.object({
  model: z.string(),
  endpoint: z.string(),
  version: z.int(),
  /** Event time, milliseconds since 1970 UTC; `to` is exclusive. */
  window: z.object({ from: z.number(), to: z.number() }),
  madeAt: z.number(),
  /** The unit over which all intervals and tests are made. */
  blocks: z.object({ minutes: z.number(), count }),
  verdict: verdictSchema,
  /** The sentences of all items that are not ok, worst first. */
  reasons: z.array(z.string()),
  service: z.object({
    ...section,
    answered: count,
    failed: count,
    failures: z.record(z.string(), count),
    /** Of answered predictions, to within 2.5 %. */
    latencyMs: z.object({ p50: z.number(), p95: z.number(), p99: z.number() }).nullable(),
  }),
  dataQuality: z.object({ ...section, features: z.array(featureQualitySchema) }),
  drift: z.object({
    verdict: verdictSchema,
    /** p below this is significant: the policy's significance over the number of things watched. */
    significance: z.number(),
    features: z.array(driftSchema),
    score: driftSchema,
  }),
  quality: z.object({
    ...section,
    /** Answered rows whose label is known. */
    rows: count,
    positives: count,
    /** Their share of all answered rows. */
    coverage: share,
    metrics: z.object({
      rocAuc: metricSchema,
      logLoss: metricSchema,
      brier: metricSchema,
      ece: metricSchema,
    }),
    /** By so much can binning the scores have changed the ROC-AUC at most. */
    rocAucError: number,
    /** What chance alone contributes to the calibration error of perfect probabilities. */
    eceNoise: number,
    /** Observed share of positives against mean score. */
    calibration: z.array(z.object({ predicted: z.number(), observed: z.number(), rows: count })),
    recalibration: z
      .object({
        /** The best line through this window's logits. */
        slope: z.number(),
        intercept: z.number(),
        /** The log loss it saves on blocks that it was not fitted on. */
        gain: intervalSchema,
        /** Log loss above the promise, before and after. */
        gap: number,
        gapAfter: number,
      })
      .nullable(),
    /** What a loss above the promise comes from: a calibration that a new line repairs, or a ranking that only retraining can. */
    cause: z.enum(['none', 'calibration', 'ranking']),
    /** Why, in a sentence. */
    because: z.string(),
    /** The scores rank the labels backwards: more likely the labels are wrong than the model. */
    labelsSuspect: z.boolean(),
  }),
});
export type Report = z.infer<typeof reportSchema>;

/** The worst of these. */
export function worst(given: readonly Verdict[]): Verdict {
  return given.reduce((one, other) => (verdicts.indexOf(other) > verdicts.indexOf(one) ? other : one), 'ok');
}

/** Everything that a report judges. */
export function itemsOf({ service, dataQuality, drift, quality }: Report): Item[] {
  const drifts = [...drift.features, drift.score].map(({ item }) => item);
  return [...service.items, ...dataQuality.items, ...drifts, ...quality.items];
}
