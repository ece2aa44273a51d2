// What an experiment has seen so far: per variant the units that were exposed, and the moments of what they did.

import { z } from 'zod';

const groupSchema = z
  .strictObject({
    /** Exposed units, each counted once, whatever became of it: lost ones are what a sample-ratio check is for. */
    units: z.int().nonnegative(),
    mean: z.number(),
    /** The sample variance between units. */
    variance: z.number().nonnegative(),
    /** Of the covariate, on the same units; `covariance` is with the metric. */
    covariate: z
      .strictObject({ mean: z.number(), variance: z.number().nonnegative(), covariance: z.number() })
      .optional(),
  })
  .refine(({ units, mean }) => units > 0 || mean === 0, 'has a mean of no units');
export type ExperimentGroup = z.infer<typeof groupSchema>;

/** By the variant's name. */
export const experimentDataSchema = z.record(z.string(), groupSchema);
export type ExperimentData = z.infer<typeof experimentDataSchema>;
