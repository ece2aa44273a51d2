// Alerts from outside, as triggers: Alertmanager sends the same alert again and again until it is resolved, and in a storm a thousand
// different ones, and all that can follow from them is one decision. What is taken is a decision record, so that a restart forgets none.

import type { Json, Registry } from '@flightdeck/registry';
import { z } from 'zod';
import type { DecisionLog } from '../decision-log.ts';

export const alertSchema = z.object({
  status: z.enum(['firing', 'resolved']),
  /** `model` says whom it is about, `about` what of it. */
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()).default({}),
  startsAt: z.string(),
  fingerprint: z.string().min(1),
});
export type Alert = z.infer<typeof alertSchema>;

const about = z.enum(['drift', 'quality']);
type About = z.infer<typeof about>;

export interface OpenAlert {
  /** One for each time that it begins to fire. */
  readonly id: string;
  readonly about: About;
  /** Event time. */
  readonly at: number;
}

export type Taken = 'accepted' | 'duplicate' | 'resolved' | 'ignored';

export interface Alerts {
  /**
   * Takes an alert. `duplicate`: it is known, or another one about the same is open already. `ignored`: it is about no model that there
   * is, or neither about drift nor about quality. `now`: the event time of its model; without one nothing has been predicted yet.
   */
  take(alert: Alert, by: string, now: number | undefined): Promise<Taken>;
  /** Those of a model that still fire and that no action has answered yet. */
  open(model: string, now: number): Promise<readonly OpenAlert[]>;
  /** An action has answered these triggers. */
  answered(model: string, ids: readonly string[]): Promise<void>;
}

/** An alert that nobody resolved stops being a reason to do something after so long. */
const openForMs = 24 * 60 * 60_000;

/** So many decisions are read again after a restart; what is open is among the latest. */
const lookBack = 200;

export function alertStore(registry: Registry, decisions: DecisionLog): Alerts {
  const models = new Map<string, Promise<Known>>();

  function knownOf(model: string): Promise<Known> {
    const known = models.get(model) ?? readKnown(registry, model);
    models.set(model, known);
    known.catch(() => models.delete(model));
    return known;
  }

  /** A storm comes in at once: what is on its way into the record is known already. */
  async function fire(alert: Alert, { fired, closed }: Known, open: OpenAlert, by: string): Promise<Taken> {
    const isOpen = (other: OpenAlert) => other.about === open.about && isStillOpen(other, closed, open.at);
    if (fired.has(open.id) || [...fired.values()].some(isOpen)) return 'duplicate';
    fired.set(open.id, open);
    try {
      await decisions.append(decisionOf('alert', alert, open, by));
      return 'accepted';
    } catch (error) {
      fired.delete(open.id);
      throw error;
    }
  }

  async function resolve(alert: Alert, { fired, closed }: Known, id: string, by: string): Promise<Taken> {
    const open = fired.get(id);
    if (open === undefined || closed.has(id)) return 'duplicate';
    closed.add(id);
    try {
      await decisions.append(decisionOf('alert-resolved', alert, open, by));
      return 'resolved';
    } catch (error) {
      closed.delete(id);
      throw error;
    }
  }

  return {
    async take(alert, by, now) {
      const { model } = alert.labels;
      const subject = about.safeParse(alert.labels.about).data;
      if (model === undefined || subject === undefined || now === undefined) return 'ignored';
      if (!models.has(model) && !(await isServed(registry, model))) return 'ignored';
      const known = await knownOf(model);
      const id = `alert:${alert.fingerprint}:${alert.startsAt}`;
      return alert.status === 'resolved'
        ? resolve(alert, known, id, by)
        : fire(alert, known, { id, about: subject, at: now }, by);
    },
    async open(model, now) {
      const { fired, closed } = await knownOf(model);
      return [...fired.values()].filter((alert) => isStillOpen(alert, closed, now));
    },
    async answered(model, ids) {
      const { closed } = await knownOf(model);
      for (const id of ids) closed.add(id);
    },
  };
}

function isStillOpen({ id, at }: OpenAlert, closed: ReadonlySet<string>, now: number): boolean {
  return !closed.has(id) && at > now - openForMs;
}

function decisionOf(kind: 'alert' | 'alert-resolved', alert: Alert, open: OpenAlert, by: string) {
  const { labels, annotations, startsAt, fingerprint } = alert;
  const reason = annotations.summary ?? annotations.description ?? labels.alertname ?? fingerprint;
  return { model: labels.model!, kind, actor: by, reason, evidence: { ...open, labels, startsAt } };
}

interface Known {
  readonly fired: Map<string, OpenAlert>;
  /** Resolved, or answered. */
  readonly closed: Set<string>;
}

const firedSchema = z.object({ id: z.string(), about, at: z.number() });
const answerSchema = z.object({ triggers: z.array(z.object({ id: z.string() })) });

async function readKnown({ decisions }: Registry, model: string): Promise<Known> {
  const evidenceOf = async (kind: string): Promise<Json[]> =>
    (await decisions.list({ model, kind, limit: lookBack })).map(({ evidence }) => evidence);
  const fired = (await evidenceOf('alert')).map((evidence) => firedSchema.parse(evidence));
  const resolved = (await evidenceOf('alert-resolved')).map((evidence) => firedSchema.parse(evidence).id);
  const acted = [...(await evidenceOf('retrain')), ...(await evidenceOf('recalibrate'))];
  const answered = acted.flatMap((evidence) => answerSchema.parse(evidence).triggers.map(({ id }) => id));
  return { fired: new Map(fired.map((one) => [one.id, one])), closed: new Set([...resolved, ...answered]) };
}

async function isServed({ endpoints }: Registry, model: string): Promise<boolean> {
  return (await endpoints.list()).some((endpoint) => endpoint.model === model);
}
