// The retraining desk: gathers what could be a reason, decides once for all of it, writes the decision down, and hands the job to the
// queue. Decisions to do nothing are written down too, when they are new.

import { FlightdeckError } from '@flightdeck/core';
import type { RetrainingJob, RetrainingQueue } from '@flightdeck/queue';
import type { Decision, Endpoint, Registry } from '@flightdeck/registry';
import { decideRetraining, type RetrainingDecision, type Trigger } from '@flightdeck/rollout';
import type { DecisionLog } from '../decision-log.ts';
import { endpointOf } from '../endpoint-of.ts';
import { exclusive } from '../exclusive.ts';
import type { ModelPolicy } from '../policy.ts';
import type { ReportsMade } from '../reports/reports-made.ts';
import { type Asked, eventTimeUnknown } from '../rollouts/rollouts.ts';
import type { Alerts } from './alerts.ts';
import { jobOf, nameOf, type Seen, toldOf } from './retraining-job.ts';
import { actionsOf, evidenceOf, isPending, type RetrainingRecord, readRecords } from './retraining-record.ts';
import { alertTriggers, qualityFrom, scheduleTrigger, settledReports, triggersFrom } from './triggers.ts';

export interface RetrainingDesk {
  readonly registry: Registry;
  readonly decisions: DecisionLog;
  readonly queue: RetrainingQueue;
  readonly alerts: Alerts;
  readonly reports: ReportsMade;
  readonly policyOf: (model: string) => Promise<ModelPolicy>;
  /** The event time that a model's log has reached; null where it is not known yet. */
  readonly timeOf: (model: string) => number | null;
}

export interface Retrainings {
  /** Decides about a model by what is known now. `logBegins`: its first event time. ALIAS_NOT_SET where it has no champion. */
  consider(endpoint: Endpoint, now: number, logBegins: number): Promise<void>;
  /** A person asks; `id` tells this from other times. RETRAINING_UNDER_WAY, EVENT_TIME_UNKNOWN. */
  ask(
    model: string,
    action: RetrainingJob['kind'],
    asked: Asked & { readonly id: string },
  ): Promise<Decision>;
}

export function retrainings(desk: RetrainingDesk): Retrainings {
  const { registry, decisions, queue, alerts, reports, policyOf, timeOf } = desk;
  const exclusively = exclusive();
  /** Jobs of which the queue is known to know. */
  const handedIn = new Set<string>();

  async function see(endpoint: Endpoint, now: number): Promise<Seen> {
    const { model, name } = endpoint;
    const policy = await policyOf(model);
    const { version: champion } = await registry.versions.resolve(model, 'champion');
    await reports.load({ endpoint: name, version: champion });
    const settled = settledReports(reports.of({ endpoint: name, version: champion }), policy, now);
    // What raised an alarm is judged by its own labels; else the longest window knows best.
    const report = settled.find((one) => triggersFrom(one).length > 0) ?? settled[0];
    const triggers = [...settled.flatMap(triggersFrom), ...alertTriggers(await alerts.open(model, now))];
    return { endpoint, policy, now, champion, report, triggers };
  }

  async function consider(endpoint: Endpoint, now: number, logBegins: number): Promise<void> {
    const seen = await see(endpoint, now);
    const { policy } = seen;
    const triggers = [...seen.triggers, ...scheduleTrigger(policy.retraining, logBegins, now)];
    const last = (await readRecords(registry, endpoint.model)).at(-1);
    if (triggers.length === 0 && (last === undefined || handedIn.has(nameOf(last.job)))) return;
    await exclusively(() => decide({ ...seen, triggers }, 'controller'));
  }

  async function decide(seen: Seen, actor: string): Promise<Decision | null> {
    const { endpoint, policy, now, report, triggers } = seen;
    const records = await readRecords(registry, endpoint.model);
    const history = await queue.history(endpoint.model);
    const last = records.at(-1);
    if (last && isPending(last, records, history)) await queue.submit(last.job, last.versions);
    if (last) handedIn.add(nameOf(last.job));
    const evidence = { triggers: [...triggers], quality: qualityFrom(report) };
    const decision = decideRetraining(evidence, policy.retraining, actionsOf(records, history), now);
    const checked = await unlessRollout(decision, triggers, endpoint);
    return checked.action === 'skip'
      ? writeSkip(seen, checked, actor)
      : begin(seen, checked, checked.action, actor);
  }

  /** A candidate is on its way already, and may be all that is needed. A person knows that. */
  async function unlessRollout(
    decision: RetrainingDecision,
    triggers: readonly Trigger[],
    { name }: Endpoint,
  ): Promise<RetrainingDecision> {
    if (decision.action === 'skip' || triggers.some(({ source }) => source === 'person')) return decision;
    const rollout = await registry.rollouts.running(name);
    if (rollout === undefined) return decision;
    return { ...decision, action: 'skip', why: `${decision.why} But ${rollout.id} is under way.` };
  }

  async function begin(
    seen: Seen,
    decision: RetrainingDecision,
    action: RetrainingRecord['action'],
    actor: string,
  ): Promise<Decision> {
    const { model } = seen.endpoint;
    const job = jobOf(seen, decision, action, actor);
    const versions = { champion: String(seen.champion) };
    const triggers = seen.triggers.filter(({ id }) => decision.triggers.includes(id));
    const evidence = { ...evidenceOf({ at: seen.now, triggers, job, versions }), ...toldOf(seen, decision) };
    const reason = reasonOf(seen, decision);
    const written = await decisions.append({ model, kind: action, actor, reason, evidence });
    await alerts.answered(model, decision.triggers);
    await queue.submit(job, versions);
    handedIn.add(nameOf(job));
    return written;
  }

  /** The same skip at every tick would bury all else. */
  async function writeSkip(
    seen: Seen,
    decision: RetrainingDecision,
    actor: string,
  ): Promise<Decision | null> {
    if (decision.triggers.length === 0) return null;
    const { model } = seen.endpoint;
    const [last] = await registry.decisions.list({ model, kind: 'skip', limit: 1 });
    const triggers = [...decision.triggers].sort();
    if (last && last.reason === decision.why && String(skippedIn(last)) === String(triggers)) return last;
    const evidence = { at: seen.now, triggers, ...toldOf(seen, decision) };
    return decisions.append({ model, kind: 'skip', actor, reason: decision.why, evidence });
  }

  return {
    consider,
    async ask(model, action, { id, by, why }) {
      const now = timeOf(model);
      if (now === null) throw eventTimeUnknown(model);
      const person: Trigger = { source: 'person', id: `person:${id}`, at: now, by, action };
      const seen = await see(await endpointOf(registry, model), now);
      const decision = await exclusively(() =>
        decide({ ...seen, triggers: [...seen.triggers, person], why }, by),
      );
      if (decision?.kind === action) return decision;
      throw underWay(model, decision?.reason ?? 'this request was answered before.');
    },
  };
}

/** A person's own words say more than that somebody asked. */
function reasonOf({ why }: Seen, decision: RetrainingDecision): string {
  return why === undefined ? decision.why : `${decision.why.replace(/\.$/, '')}: "${why}"`;
}

function skippedIn({ evidence }: Decision): unknown {
  return (evidence as { triggers?: unknown } | null)?.triggers;
}

function underWay(model: string, why: string): FlightdeckError {
  return new FlightdeckError(
    'RETRAINING_UNDER_WAY',
    `${model} is not trained now: ${why} Cancel what is under way, or wait for its end.`,
  );
}
