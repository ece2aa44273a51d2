// What a rollout must show before it goes on, declared by whoever owns the model.

import { z } from 'zod';

const samples = z.int().positive();
const minutes = z.number().nonnegative();
const margin = z.number().positive();
const share = z.number().gt(0).lt(1);

/** The candidate answers a sample of requests beside the champion; nobody sees its answers. */
const shadowStageSchema = z.strictObject({
  /** The share of predictions that the candidate is asked about too. */
  rate: z.number().gt(0).max(1),
  minimumPairs: samples,
  minimumMinutes: minutes,
  /** Of the scores, as the mean of |candidate - champion|. */
  maximumDisagreement: margin,
  /** How much the candidate's mean log loss may be above the champion's, pair by pair. */
  quality: z.strictObject({ minimumLabels: samples, logLossMargin: margin }).optional(),
});

const canaryStageSchema = z.strictObject({
  /** The candidate's share of the traffic. */
  share,
  /** Of each variant. */
  minimumRequests: samples,
  /** Of event time, since the step began. */
  minimumMinutes: minutes,
});

const serviceSchema = z.strictObject({
  /** How much the candidate's share of failures may be above the champion's in the same window. */
  errorIncrease: share,
  /** How many times the champion's p99 latency the candidate's may be. */
  p99Ratio: z.number().min(1),
});

const scoresSchema = z
  .strictObject({
    /** Population stability index of the candidate's scores against the champion's. */
    psi: margin.optional(),
    meanDifference: margin.optional(),
  })
  .refine(({ psi, meanDifference }) => psi !== undefined || meanDifference !== undefined, 'needs a limit');

const qualitySchema = z
  .strictObject({
    /** A step waits for labels where they are required; where they are optional they can only fail it. */
    labels: z.enum(['required', 'optional']),
    /** Of each variant. */
    minimumLabels: samples,
    /** The share of a window's predictions whose label must be known: early labels are not a fair sample of all. */
    minimumCoverage: z.number().min(0).max(1),
    logLossMargin: margin.optional(),
    aucMargin: margin.optional(),
  })
  .refine(
    ({ logLossMargin, aucMargin }) => logLossMargin !== undefined || aucMargin !== undefined,
    'needs a margin',
  );

export const rolloutPolicySchema = z.strictObject({
  shadow: shadowStageSchema.optional(),
  canary: z
    .array(canaryStageSchema)
    .min(1)
    .refine(
      (steps) => steps.every((step, i) => i === 0 || step.share > steps[i - 1]!.share),
      'needs rising shares',
    ),
  service: serviceSchema,
  scores: scoresSchema.optional(),
  quality: qualitySchema.optional(),
  /** How long a step may stay inconclusive before it is reported, and before a person must decide. */
  timeouts: z
    .strictObject({ holdAfterMinutes: minutes, haltAfterMinutes: minutes })
    .refine(
      ({ holdAfterMinutes, haltAfterMinutes }) => haltAfterMinutes >= holdAfterMinutes,
      'halts before it holds',
    ),
});
export type RolloutPolicy = z.infer<typeof rolloutPolicySchema>;

export type ShadowStage = z.infer<typeof shadowStageSchema> & { readonly kind: 'shadow' };
export type CanaryStage = z.infer<typeof canaryStageSchema> & { readonly kind: 'canary' };
export type Stage = ShadowStage | CanaryStage;

/** The steps before full traffic, in order. */
export function stagesOf({ shadow, canary }: RolloutPolicy): readonly Stage[] {
  return [
    ...(shadow ? [{ kind: 'shadow' as const, ...shadow }] : []),
    ...canary.map((step) => ({ kind: 'canary' as const, ...step })),
  ];
}
