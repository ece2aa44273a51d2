// An experiment as the registry keeps it: what was declared, what was seen last, and how it ended.

import type { Json, Procedure } from '@flightdeck/registry';
import { type ExperimentVerdict, experimentSchema } from '@flightdeck/rollout';
import { z } from 'zod';

const contentSchema = z.strictObject({
  model: z.string(),
  experiment: experimentSchema,
  /** Which version answers for each variant; another one would be another experiment. */
  versions: z.record(z.string(), z.int()),
  asked: z.strictObject({ by: z.string(), why: z.string() }),
  /** Null until the first look. */
  result: z.custom<ExperimentVerdict>().nullable(),
  /** Null while it runs. */
  ended: z
    .strictObject({
      at: z.number(),
      by: z.string(),
      how: z.enum(['concluded', 'stopped']),
      why: z.string(),
    })
    .nullable(),
});
export type ExperimentContent = z.infer<typeof contentSchema>;

export interface RunningExperiment extends ExperimentContent {
  readonly procedure: Procedure;
}

export function experimentIn(procedure: Procedure): RunningExperiment {
  return { procedure, ...contentSchema.parse(procedure.content) };
}

/** JSON through and through, which TypeScript cannot see of optional fields. */
export function contentOf({ model, experiment, versions, asked, result, ended }: ExperimentContent): Json {
  return { model, experiment, versions, asked, result, ended } as unknown as Json;
}
