// The feature stores of several workers: they lie with the primary, which outlives any worker, and are asked over the channel between
// processes. Streams are named by their place in the plan, which both sides work out from the same view.

import { FlightdeckError } from '@flightdeck/core';
import {
  type FeatureStore,
  type FeatureView,
  type OnlinePlan,
  onlinePlanOf,
} from '@flightdeck/features/online';
import type { MemoryStores } from '../features/memory-stores.ts';

type Arrival = Parameters<FeatureStore['add']>[0][number];
type Read = Parameters<FeatureStore['read']>[0][number];

type SentAddition = Omit<Arrival['additions'][number], 'stream'> & { readonly stream: number };
type SentArrival = Omit<Arrival, 'additions'> & { readonly additions: readonly SentAddition[] };
type SentRead = Omit<Read, 'stream'> & { readonly stream: number };

export type FeatureQuestion =
  | { readonly kind: 'open'; readonly view: FeatureView }
  | { readonly kind: 'add'; readonly plan: string; readonly arrivals: readonly SentArrival[] }
  | { readonly kind: 'read'; readonly plan: string; readonly reads: readonly SentRead[] };

export type FeatureReply =
  | { readonly value: unknown }
  | { readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean } };

/** The worker's end. */
export async function sharedStore(
  plan: OnlinePlan,
  ask: (question: FeatureQuestion) => Promise<FeatureReply>,
): Promise<FeatureStore> {
  const { version } = plan;
  await valueIn(ask({ kind: 'open', view: plan.view }));
  return {
    async add(arrivals) {
      const sent = arrivals.map((arrival) => ({ ...arrival, additions: arrival.additions.map(withPlace) }));
      return valueIn(ask({ kind: 'add', plan: version, arrivals: sent }));
    },
    read: (reads) => valueIn(ask({ kind: 'read', plan: version, reads: reads.map(withPlace) })),
    close: async () => {},
  };
}

/** The primary's end. */
export function featureKeeper(stores: MemoryStores): (question: FeatureQuestion) => Promise<FeatureReply> {
  const opened = new Map<string, { readonly plan: OnlinePlan; readonly store: FeatureStore }>();

  async function answer(question: FeatureQuestion): Promise<unknown> {
    if (question.kind === 'open') {
      const plan = onlinePlanOf(question.view);
      opened.set(plan.version, { plan, store: await stores.open(plan) });
      return null;
    }
    const { plan, store } = opened.get(question.plan)!;
    const streamAt = <Sent extends { readonly stream: number }>(sent: Sent) => ({
      ...sent,
      stream: plan.streams[sent.stream]!,
    });
    if (question.kind === 'read') return store.read(question.reads.map(streamAt));
    return store.add(question.arrivals.map((one) => ({ ...one, additions: one.additions.map(streamAt) })));
  }

  return async (question) => {
    try {
      return { value: await answer(question) };
    } catch (error) {
      if (!(error instanceof FlightdeckError)) throw error;
      return { error: { code: error.code, message: error.message, retryable: error.retryable } };
    }
  };
}

function withPlace<Given extends { readonly stream: { readonly index: number } }>(given: Given) {
  return { ...given, stream: given.stream.index };
}

async function valueIn<Value>(replying: Promise<FeatureReply>): Promise<Value> {
  const reply = await replying;
  if ('value' in reply) return reply.value as Value;
  const { code, message, retryable } = reply.error;
  throw new FlightdeckError(code, message, { retryable });
}
