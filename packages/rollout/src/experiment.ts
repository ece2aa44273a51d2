// An A/B experiment, declared before it starts: who takes part, what is measured, how small an effect is worth finding, and from that
// how many units it takes.

import { inflationForLooks, planMeans, planProportions, type SampleSize } from '@flightdeck/stats';
import { z } from 'zod';

const variantSchema = z.strictObject({
  name: z.string().min(1),
  /** The alias or version that answers, as in an endpoint's traffic. */
  target: z.string().min(1),
  weight: z.number().positive(),
});

const better = z.enum(['higher', 'lower']);

const metricSchema = z.discriminatedUnion('kind', [
  /** A share of units, and what it is without a treatment. */
  z.strictObject({
    kind: z.literal('proportion'),
    name: z.string(),
    better,
    baseline: z.number().gt(0).lt(1),
  }),
  /** A mean over units, and the standard deviation of single units. */
  z.strictObject({ kind: z.literal('mean'), name: z.string(), better, deviation: z.number().positive() }),
]);

export const experimentSchema = z
  .strictObject({
    /** Unique for ever: it salts the assignment, `splitTraffic(name, variants)`. */
    name: z.string().min(1),
    /** The first is the control. */
    variants: z.array(variantSchema).min(2),
    metric: metricSchema,
    /** The smallest difference worth finding, in the metric's unit; no sign. */
    minimumEffect: z.number().positive(),
    alpha: z.number().gt(0).lt(0.5).default(0.05),
    power: z.number().gt(0.5).lt(1).default(0.8),
    sides: z.union([z.literal(1), z.literal(2)]).default(2),
    /** Fixed: one look, at the planned size. Sequential: as many looks as one likes, for nearly twice the units. */
    method: z.enum(['fixed', 'sequential']),
    /** A column known before the assignment, to adjust for (CUPED). */
    covariate: z.string().optional(),
    startsAt: z.number(),
    /** Behaviour follows the week: less than seven days are no fair sample of it. */
    minimumDays: z.number().nonnegative().default(7),
  })
  .refine(
    ({ variants }) => new Set(variants.map(({ name }) => name)).size === variants.length,
    'names a variant twice',
  )
  .refine(({ method, sides }) => method === 'fixed' || sides === 2, 'a sequential test has two sides')
  .refine(({ metric, minimumEffect }) => {
    if (metric.kind === 'mean') return true;
    const treated = treatedShare(metric.baseline, minimumEffect, metric.better);
    return treated > 0 && treated < 1;
  }, 'has an effect that takes the share beyond 0 or 1');
export type Experiment = z.infer<typeof experimentSchema>;

export interface ExperimentPlan {
  /** Units by variant. */
  readonly units: Readonly<Record<string, number>>;
  readonly total: number;
  /** For each comparison with the control: alpha over their number (Bonferroni). */
  readonly alphaEach: number;
}

/**
 * How many units each variant needs for the declared power. It counts on nothing from a covariate, whose worth is not known before;
 * a sequential experiment is sized for its last look and has usually ended before.
 */
export function planExperiment(experiment: Experiment): ExperimentPlan {
  const { variants, alpha, power, method } = experiment;
  const [control, ...treatments] = variants;
  const alphaEach = alpha / treatments.length;
  const inflation = method === 'sequential' ? inflationForLooks({ alpha: alphaEach, power }) : 1;
  const weights = variants.reduce((sum, { weight }) => sum + weight, 0);
  // Units arrive by weight, so that whoever needs most units of all says how long it takes.
  const total = Math.max(
    ...treatments.map(({ weight }) => {
      const size = sizeOf(experiment, alphaEach, weight / control!.weight);
      return Math.max(size.control / control!.weight, size.treatment / weight) * weights * inflation;
    }),
  );
  const units = variants.map(({ name, weight }) => [name, Math.ceil((total * weight) / weights)] as const);
  return {
    units: Object.fromEntries(units),
    total: units.reduce((sum, [, count]) => sum + count, 0),
    alphaEach,
  };
}

function sizeOf(
  { metric, minimumEffect, power, sides }: Experiment,
  alpha: number,
  ratio: number,
): SampleSize {
  const design = { alpha, power, sides, ratio };
  if (metric.kind === 'mean') return planMeans(metric.deviation, minimumEffect, design);
  const treated = treatedShare(metric.baseline, minimumEffect, metric.better);
  return planProportions(metric.baseline, treated - metric.baseline, design);
}

function treatedShare(baseline: number, effect: number, direction: 'higher' | 'lower'): number {
  return direction === 'higher' ? baseline + effect : baseline - effect;
}
