// What happened in the loop, in order, read off the registry as anybody could: alarms of the reports, decisions with their reasons, the
// gate of the new version, and what the demo did on purpose.

import { itemsOf, type Report, reportSchema } from '@flightdeck/monitoring';
import type { Decision, Registry } from '@flightdeck/registry';
import { z } from 'zod';
import { type LoopEvent, loopEventKinds } from '../loop-schema.ts';
import { iso, type Played } from './play.ts';

export interface Told {
  readonly registry: Registry;
  readonly model: string;
  readonly played: Played;
  /** When the loop began, on the clock of this machine. */
  readonly startedAt: number;
}

export async function storyOf(told: Told): Promise<readonly LoopEvent[]> {
  const { registry, model, played } = told;
  const since = secondsSince(told.startedAt);
  const decisions = (await registry.decisions.list({ model, limit: 200 })).toReversed();
  const reports = (await registry.reports.list({ endpoint: model, limit: 500 })).map(({ content }) =>
    reportSchema.parse(content),
  );
  const events = [
    ...reports.flatMap(alarmsOf),
    ...decisions.flatMap((decision) => eventOf(decision, since)),
    ...(await gateOf(told, decisions, since)),
    injection(played, decisions, since),
  ];
  return events.sort((a, b) => a.at.localeCompare(b.at) || rank(a) - rank(b));
}

/** Events of the same moment of the replay, which stood still meanwhile: alarms first, then in order of real time. */
function rank({ seconds }: LoopEvent): number {
  return seconds ?? Number.NEGATIVE_INFINITY;
}

const sections: Readonly<Record<string, string>> = { drift: 'Drift', quality: 'Quality', service: 'Service' };

/** One a section that raised an alarm. A report is made anew as labels come in, so that its own time is not that of the alarm. */
function alarmsOf(report: Report): LoopEvent[] {
  const { version, window } = report;
  const raised = itemsOf(report).filter(({ verdict }) => verdict === 'drifted' || verdict === 'degraded');
  const bySection = Map.groupBy(raised, ({ item }) => item.split(':')[0]!);
  const [from, to] = [iso(window.from / 60_000), iso(window.to / 60_000)];
  return [...bySection].map(([section, items]) => ({
    ...{ at: to, seconds: null, kind: 'alarm' as const, version, by: 'controller' },
    text: `${sections[section] ?? 'Inputs'} in the window from ${from.slice(0, 10)} to ${to.slice(0, 10)}: ${items
      .map(({ item }) => item.slice(section.length + 1))
      .join(', ')}`,
    reasons: items.slice(0, 4).map(({ message }) => message),
  }));
}

const evidenceSchema = z.looseObject({
  at: z.number(),
  champion: z.int().optional(),
  candidate: z.int().optional(),
  reasons: z
    .array(z.union([z.string(), z.looseObject({ message: z.string() }).transform(({ message }) => message)]))
    .default([]),
});

/** Decisions about alerts have no place here: nobody sends any. */
function eventOf(decision: Decision, since: Since): LoopEvent[] {
  const kind = loopEventKinds.find((one) => one === decision.kind);
  const evidence = evidenceSchema.safeParse(decision.evidence).data;
  if (kind === undefined || evidence === undefined) return [];
  const { at, candidate, champion, reasons } = evidence;
  return [
    {
      ...{ at: iso(at / 60_000), seconds: since(decision.at), kind, version: candidate ?? champion ?? null },
      ...{ by: decision.actor, text: decision.reason, reasons },
    },
  ];
}

/** The replay stood still while the job ran: its event time is that of the decision. */
async function gateOf(
  { registry, model, played }: Told,
  decisions: readonly Decision[],
  since: Since,
): Promise<LoopEvent[]> {
  const decision = decisions.find(({ kind }) => kind === 'recalibrate' || kind === 'retrain')!;
  const { at } = evidenceSchema.parse(decision.evidence);
  const event = { at: iso(at / 60_000), kind: 'gate' as const, by: 'trainer' };
  if (played.candidate === null) {
    const text = played.jobFailure ?? 'The gate did not pass what the job made: everything stays as it is.';
    return [{ ...event, seconds: since(decision.at), version: null, text, reasons: [] }];
  }
  const { version, gate, createdAt } = await registry.versions.get(model, played.candidate);
  const text = `Version ${version} is made, and its gate says ${gate.verdict}`;
  return [{ ...event, seconds: since(createdAt), version, text, reasons: [...gate.reasons] }];
}

/** Its time is that of the rollout that it led to: the controller's clock goes by the requests that it has seen. */
function injection({ bad }: Played, decisions: readonly Decision[], since: Since): LoopEvent {
  const seen = decisions.map(({ kind, evidence }) => ({ kind, ...evidenceSchema.safeParse(evidence).data }));
  const began = seen.find(({ kind, candidate }) => kind === 'start-rollout' && candidate === bad.version)?.at;
  return {
    ...{ at: iso(began === undefined ? bad.at : began / 60_000), seconds: since(bad.registeredAt) },
    ...{ kind: 'injected', version: bad.version, by: 'demo' },
    text:
      `Injected: version ${bad.version} says the opposite of the champion, as if it had learned from flipped labels. It is registered ` +
      'past its gate and made challenger, as the drill bad-model does',
    reasons: [],
  };
}

type Since = (at: string) => number;

function secondsSince(startedAt: number): Since {
  return (at) => Math.max(0, Math.round((Date.parse(at) - startedAt) / 100) / 10);
}
