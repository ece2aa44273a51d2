// What the gate's verdict leads to: a version or none, and an alias moved or not.

import type { ModelVersion, Registration, Registry } from '@flightdeck/registry';
import { type Evaluation, summaryMetrics } from '../evaluation-schema.ts';
import type { Verdict } from './evaluations.ts';

export interface Registered {
  readonly version: ModelVersion | null;
  readonly promoted: boolean;
}

export interface RegistrationRequest {
  readonly model: string;
  readonly runId: string;
  readonly actor: string;
  readonly reason: string;
  /** The alias of what passes: `champion` serves at once, `challenger` waits for its rollout. Null leaves both where they are. */
  readonly alias: 'champion' | 'challenger' | null;
  readonly verdict: Verdict;
  readonly evaluation: Evaluation;
  readonly files: () => Promise<Registration['files']>;
}

/**
 * Registers what passed, and points the alias at it. What is inconclusive is registered for a person to decide about; what failed
 * leaves its run, and no version.
 */
export async function registerVersion(
  registry: Registry,
  { model, runId, actor, reason, alias, verdict, evaluation, files }: RegistrationRequest,
): Promise<Registered> {
  if (verdict.verdict === 'fail') return { version: null, promoted: false };
  const gate = { verdict: verdict.verdict, reasons: [...verdict.reasons] };
  const version = await registry.versions.register({
    model,
    runId,
    files: await files(),
    metrics: summaryMetrics(evaluation),
    gate,
    createdBy: 'trainer',
  });
  if (alias === null || verdict.verdict !== 'pass') return { version, promoted: false };
  await registry.aliases.set({
    model,
    alias,
    version: version.version,
    actor,
    reason,
    evidence: { runId, gate },
  });
  return { version, promoted: alias === 'champion' };
}
