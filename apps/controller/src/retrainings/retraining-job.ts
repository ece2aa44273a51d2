// From a decision to the job that the queue is handed, and to what the record tells of it.

import type { Report } from '@flightdeck/monitoring';
import type { RetrainingJob } from '@flightdeck/queue';
import type { Endpoint, Json } from '@flightdeck/registry';
import type { RetrainingDecision, Trigger } from '@flightdeck/rollout';
import type { ModelPolicy } from '../policy.ts';
import type { RetrainingRecord } from './retraining-record.ts';
import { qualityFrom } from './triggers.ts';

export interface Seen {
  readonly endpoint: Endpoint;
  readonly policy: ModelPolicy;
  readonly now: number;
  /** The version that serves. */
  readonly champion: number;
  readonly report: Report | undefined;
  readonly triggers: readonly Trigger[];
  /** A person's own words. */
  readonly why?: string;
}

export function jobOf(
  { endpoint, policy, now, champion, triggers, why }: Seen,
  decision: RetrainingDecision,
  kind: RetrainingRecord['action'],
  actor: string,
): RetrainingJob {
  const { rows, trials, seed } = policy.retraining.job;
  const evidence = { champion, triggers: [...decision.triggers], reasons: [...decision.reasons] };
  const reason = why ?? decision.why;
  const trigger = { kind: weightiest(triggers), reason, evidence: evidence as Json };
  const asked = { model: endpoint.model, rows, seed, actor, trigger, until: now };
  return kind === 'retrain' ? { kind, ...asked, trials } : { kind, ...asked, version: champion };
}

const weights = ['person', 'quality', 'alert', 'drift', 'schedule'] as const;

function weightiest(triggers: readonly Trigger[]): Trigger['source'] {
  return weights.find((source) => triggers.some((trigger) => trigger.source === source)) ?? 'person';
}

export function toldOf(
  { endpoint, champion, report, why }: Seen,
  { reasons }: RetrainingDecision,
): Record<string, Json> {
  const seen = report
    ? { window: report.window, verdict: report.verdict, quality: qualityFrom(report) }
    : null;
  return {
    endpoint: endpoint.name,
    champion,
    reasons: [...reasons],
    report: seen as Json,
    ...(why !== undefined && { asked: why }),
  };
}

export function nameOf({ kind, model, until }: RetrainingJob): string {
  return JSON.stringify([kind, model, until]);
}
