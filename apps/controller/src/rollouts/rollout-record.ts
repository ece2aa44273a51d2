// A rollout as the registry keeps it: its state, the policy that it began with, and who asked for it.

import type { Json, Procedure } from '@flightdeck/registry';
import { rolloutPolicySchema, rolloutStateSchema } from '@flightdeck/rollout';
import { z } from 'zod';

const contentSchema = z.strictObject({
  state: rolloutStateSchema,
  /** Whatever the model's policy has become since. */
  policy: rolloutPolicySchema,
  /** Why it was begun: a move of the alias, or a person. */
  asked: z.strictObject({ by: z.string(), why: z.string() }),
});
export type RolloutContent = z.infer<typeof contentSchema>;

export interface Rollout extends RolloutContent {
  /** As it was read: who writes on another one has lost. */
  readonly procedure: Procedure;
}

export function rolloutIn(procedure: Procedure): Rollout {
  return { procedure, ...contentSchema.parse(procedure.content) };
}

/** JSON through and through, which TypeScript cannot see of optional fields. */
export function contentOf({ state, policy, asked }: RolloutContent): Json {
  return { state, policy, asked } as unknown as Json;
}
