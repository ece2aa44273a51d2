// What was done last about a model, and why: the decisions, and moves of its champion that people made by themselves.

import type { TimelineEntry } from '@flightdeck/admin-api';
import type { Decision, Registry, Transition } from '@flightdeck/registry';
import { z } from 'zod';

const shown = 12;

/** Newest first. `model`: null for what concerns no model that is known yet. */
export async function timelineOf(
  { decisions, aliases }: Pick<Registry, 'decisions' | 'aliases'>,
  model: string | null,
): Promise<readonly TimelineEntry[]> {
  const decided = await decisions.list({ ...(model !== null && { model }), limit: shown });
  const moves = model === null ? [] : await aliases.transitions(model, 'champion');
  const byPeople = moves.filter(({ evidence }) => !isOfRollout(evidence)).slice(-shown);
  return [...decided.map(fromDecision), ...byPeople.map(fromMove)]
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, shown);
}

/** What a decision's evidence may say; each kind has some of it. */
const evidenceSchema = z.object({
  at: z.number().nullable().catch(null),
  rollout: z.string().nullable().catch(null),
  endpoint: z.string().nullable().catch(null),
  candidate: z.int().nullable().catch(null),
  verdict: z.enum(['pass', 'fail', 'inconclusive']).nullable().catch(null),
  reasons: z
    .array(
      z.object({ check: z.string(), verdict: z.enum(['pass', 'fail', 'inconclusive']), message: z.string() }),
    )
    .catch([]),
});
const nothing = evidenceSchema.parse({});

function fromDecision({ id, model, kind, at, actor, reason, evidence }: Decision): TimelineEntry {
  const said = evidenceSchema.safeParse(evidence).data ?? nothing;
  const { rollout, endpoint } = said;
  return {
    ...{ id: `decision-${id}`, model, kind, at, actor, reason },
    eventTime: said.at,
    verdict: said.verdict,
    reasons: said.reasons,
    rollout: rollout !== null && endpoint !== null ? { id: rollout, endpoint } : null,
    version: said.candidate,
  };
}

function fromMove({ id, model, at, actor, reason, restores, to }: Transition): TimelineEntry {
  const kind = restores === null ? 'make-champion' : 'take-back';
  return {
    ...{ id: `move-${id}`, model, kind, at, actor, reason, version: to },
    ...{ eventTime: null, verdict: null, reasons: [], rollout: null },
  };
}

function isOfRollout(evidence: Transition['evidence']): boolean {
  return typeof (evidence as { rollout?: unknown } | null)?.rollout === 'string';
}
