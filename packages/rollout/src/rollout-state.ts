// Where a rollout stands, and the record of how it came there. Plain JSON, which the controller stores with a revision: who writes on
// a newer one has lost.

import { FlightdeckError } from '@flightdeck/core';
import { z } from 'zod';
import { type RolloutPolicy, type Stage, stagesOf } from './rollout-policy.ts';
import type { Weighted } from './traffic-split.ts';
import { reasonSchema, verdictSchema } from './verdict.ts';

/** Running, or held: inconclusive for long, but going on. Halted: waits for a person. The rest has ended. */
const statusSchema = z.enum(['running', 'held', 'halted', 'full', 'rolled-back', 'aborted']);

const placeSchema = z.strictObject({
  status: statusSchema,
  /** Which of the policy's steps; where a rollout has ended, the last one it was at. */
  step: z.int().nonnegative(),
});

const actionSchema = z.enum([
  'start',
  'wait',
  'advance',
  'promote',
  'roll-back',
  'hold',
  'halt',
  'resume',
  'abort',
]);

export const rolloutDecisionSchema = z.strictObject({
  at: z.number(),
  /** `controller`, or the person who asked. */
  by: z.string(),
  action: actionSchema,
  from: placeSchema,
  to: placeSchema,
  /** One sentence; the reasons have the numbers. */
  why: z.string(),
  /** Null where nothing was judged: a person decided. */
  verdict: verdictSchema.nullable(),
  reasons: z.array(reasonSchema).readonly(),
  /** What was looked at. */
  window: z.strictObject({ from: z.number(), to: z.number() }).nullable(),
});
export type RolloutDecision = z.infer<typeof rolloutDecisionSchema>;

export const rolloutStateSchema = placeSchema.extend({
  /** Unique for ever: it salts the traffic split. */
  id: z.string().min(1),
  model: z.string().min(1),
  /** Versions. */
  champion: z.int().positive(),
  candidate: z.int().positive(),
  /** When the step began: evidence from before is not its own. */
  since: z.number(),
  /** Since when it waits for a verdict; a resume begins anew. */
  waitingSince: z.number(),
  /** Whatever changed the state, oldest first; only ever appended to. */
  decisions: z.array(rolloutDecisionSchema).readonly(),
});
export type RolloutState = z.infer<typeof rolloutStateSchema>;
export type Place = z.infer<typeof placeSchema>;

export function hasEnded({ status }: Place): boolean {
  return status === 'full' || status === 'rolled-back' || status === 'aborted';
}

/** The step that a rollout is at. ROLLOUT_POLICY_CHANGED where the policy has no such step. */
export function stageOf({ id, step }: RolloutState, policy: RolloutPolicy): Stage {
  const stage = stagesOf(policy)[step];
  if (!stage)
    throw new FlightdeckError(
      'ROLLOUT_POLICY_CHANGED',
      `Rollout ${id} is at step ${step}, which its policy does not have. Abort it, or give it the policy that it began with.`,
    );
  return stage;
}

/** Who answers: targets as an endpoint's traffic has them, the champion first and the canary last, as `splitTraffic` wants them. */
export function trafficOf(state: RolloutState, policy: RolloutPolicy): readonly Weighted[] {
  const [champion, candidate] = [String(state.champion), String(state.candidate)];
  if (state.status === 'full') return [{ target: candidate, weight: 1 }];
  const stage = hasEnded(state) ? undefined : stageOf(state, policy);
  if (stage?.kind !== 'canary') return [{ target: champion, weight: 1 }];
  return [
    { target: champion, weight: 1 - stage.share },
    { target: candidate, weight: stage.share },
  ];
}

/** Which version is asked in the shadow, and for what share of the predictions. */
export function shadowOf(
  state: RolloutState,
  policy: RolloutPolicy,
): { target: string; rate: number } | undefined {
  const stage = hasEnded(state) ? undefined : stageOf(state, policy);
  return stage?.kind === 'shadow' ? { target: String(state.candidate), rate: stage.rate } : undefined;
}
