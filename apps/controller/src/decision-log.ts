// The controller's way to the registry's decisions: counted for /metrics, and written once where a crash may make us try again.

import type { Decision, Json, Registry } from '@flightdeck/registry';

export interface NewDecision {
  readonly model: string;
  readonly kind: string;
  readonly actor: string;
  readonly reason: string;
  readonly evidence: Readonly<Record<string, Json>>;
}

export interface DecisionLog {
  append(decision: NewDecision): Promise<Decision>;
  /** Appends it, unless one of the model and kind has this key in its evidence already. */
  once(key: string, decision: NewDecision): Promise<void>;
  /** Since this process started. */
  counts(): readonly { readonly model: string; readonly kind: string; readonly count: number }[];
}

/** So many decisions of one kind are looked through for a key; what is repeated after a crash is among the latest. */
const lookBack = 200;

export function decisionLog({ decisions }: Pick<Registry, 'decisions'>): DecisionLog {
  const known = new Set<string>();
  const counted = new Map<string, { model: string; kind: string; count: number }>();

  async function append(decision: NewDecision): Promise<Decision> {
    const written = await decisions.append({ ...decision, evidence: { ...decision.evidence } });
    const { model, kind } = decision;
    const before = counted.get(`${model} ${kind}`)?.count ?? 0;
    counted.set(`${model} ${kind}`, { model, kind, count: before + 1 });
    return written;
  }

  return {
    append,
    async once(key, decision) {
      if (known.has(key)) return;
      const { model, kind } = decision;
      const earlier = await decisions.list({ model, kind, limit: lookBack });
      if (!earlier.some(({ evidence }) => keyIn(evidence) === key))
        await append({ ...decision, evidence: { ...decision.evidence, key } });
      known.add(key);
    },
    counts: () => [...counted.values()],
  };
}

function keyIn(evidence: Json): unknown {
  return (evidence as { key?: unknown } | null)?.key;
}
