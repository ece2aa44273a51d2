// The feature stores of several workers: the primary, which outlives any worker, decides what counts, and each worker has a copy of the keys
// that it was asked for. What the primary accepts it tells all of them, so a lookup stays within its worker. Streams are named by their
// place in the plan, which both sides work out from the same view.

import { FlightdeckError } from '@flightdeck/core';
import {
  type Accepted,
  type Addition,
  type Arrival,
  type Decided,
  type FeatureStore,
  type FeatureView,
  type FollowedStore,
  followedStore,
  type Loaded,
  type OnlinePlan,
  onlinePlanOf,
  type StreamKey,
} from '@flightdeck/features/online';
import type { MemoryStores } from '../features/memory-stores.ts';

/** As it crosses the channel between processes. */
type Sent<Named extends { readonly stream: unknown }> = Omit<Named, 'stream'> & { readonly stream: number };
type SentArrival = Omit<Arrival, 'additions'> & { readonly additions: readonly Sent<Addition>[] };
type SentLoaded = Omit<Loaded, 'newest'> & { readonly newest: readonly (readonly [string, number])[] };

export type FeatureQuestion =
  /** From now on there is news for the worker; the answer is the position that it begins after. */
  | { readonly kind: 'follow'; readonly view: FeatureView }
  | { readonly kind: 'add'; readonly plan: string; readonly arrivals: readonly SentArrival[] }
  | { readonly kind: 'load'; readonly plan: string; readonly keys: readonly Sent<StreamKey>[] };

export type FeatureReply =
  | { readonly value: unknown }
  | { readonly error: { readonly code: string; readonly message: string; readonly retryable: boolean } };

/** What the primary has accepted. */
export interface FeatureNews {
  readonly plan: string;
  readonly position: number;
  readonly arrivals: readonly SentArrival[];
}

/** The worker's end. */
export interface SharedStores {
  open(plan: OnlinePlan): Promise<FeatureStore>;
  hear(news: FeatureNews): void;
}

export function sharedStores(ask: (question: FeatureQuestion) => Promise<FeatureReply>): SharedStores {
  const opened = new Map<string, { readonly plan: OnlinePlan; readonly store: FollowedStore }>();
  const value = async <Value>(question: FeatureQuestion) => valueIn<Value>(await ask(question));

  function storeOf(plan: OnlinePlan): FollowedStore {
    const { version } = plan;
    return followedStore(plan, {
      add: (arrivals) => value<Decided>({ kind: 'add', plan: version, arrivals: arrivals.map(toSent) }),
      load: (keys) => value<SentLoaded>({ kind: 'load', plan: version, keys: keys.map(withPlace) }),
      close: async () => {},
    });
  }

  return {
    async open(plan) {
      const store = storeOf(plan);
      // News may come on the heels of the answer.
      opened.set(plan.version, { plan, store });
      await value<number>({ kind: 'follow', view: plan.view }).then(store.follow);
      return store;
    },
    hear({ plan: version, position, arrivals }) {
      const { plan, store } = opened.get(version)!;
      store.hear(position, arrivals.map(fromSent(plan)));
    },
  };
}

/** The primary's end. */
export interface FeatureKeeper {
  answer(worker: number, question: FeatureQuestion): Promise<FeatureReply>;
  /** The worker is gone. */
  left(worker: number): Promise<void>;
}

interface KeptStore {
  readonly plan: OnlinePlan;
  readonly store: Pick<FeatureStore, 'add' | 'read'>;
  readonly followers: Set<number>;
  position: number;
}

export function featureKeeper(
  stores: MemoryStores,
  tell: (worker: number, news: FeatureNews) => void,
): FeatureKeeper {
  const opened = new Map<string, Promise<KeptStore>>();
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other: what is loaded is as it was at one position, which nothing else moves on meanwhile. */
  function inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  }

  async function opening(plan: OnlinePlan): Promise<KeptStore> {
    return { plan, store: await stores.open(plan), followers: new Set(), position: 0 };
  }

  async function follow(worker: number, plan: OnlinePlan): Promise<number> {
    const found = opened.get(plan.version) ?? opening(plan);
    opened.set(plan.version, found);
    const kept = await found;
    kept.followers.add(worker);
    return kept.position;
  }

  function announce(kept: KeptStore, position: number, arrivals: readonly SentArrival[]): void {
    kept.position = position;
    for (const worker of kept.followers) tell(worker, { plan: kept.plan.version, position, arrivals });
  }

  async function add(kept: KeptStore, arrivals: readonly SentArrival[]): Promise<Decided> {
    try {
      const outcomes = await kept.store.add(arrivals.map(fromSent(kept.plan)));
      const accepted = arrivals.filter((_, index) => outcomes[index] === 'accepted');
      if (accepted.length > 0) announce(kept, kept.position + 1, accepted);
      return { outcomes, position: kept.position };
    } catch (error) {
      // Some may have been added, and nobody knows which. A position left out has all copies start anew.
      announce(kept, kept.position + 2, []);
      throw error;
    }
  }

  async function load(
    { plan, store, position }: KeptStore,
    keys: readonly Sent<StreamKey>[],
  ): Promise<SentLoaded> {
    const { newest, kept } = await store.read(keys.map(withStream(plan)));
    return { position, newest: [...newest], rows: kept.map((one) => [...(one?.rows ?? [])]) };
  }

  async function replyTo(worker: number, question: FeatureQuestion): Promise<unknown> {
    if (question.kind === 'follow') return follow(worker, onlinePlanOf(question.view));
    const kept = await opened.get(question.plan)!;
    return question.kind === 'add' ? add(kept, question.arrivals) : load(kept, question.keys);
  }

  return {
    async answer(worker, question) {
      try {
        return { value: await inTurn(() => replyTo(worker, question)) };
      } catch (error) {
        if (!(error instanceof FlightdeckError)) throw error;
        return { error: { code: error.code, message: error.message, retryable: error.retryable } };
      }
    },
    left: (worker) =>
      inTurn(async () => {
        for (const kept of opened.values()) (await kept).followers.delete(worker);
      }),
  };
}

function toSent(arrival: Arrival): SentArrival {
  return { ...arrival, additions: arrival.additions.map(withPlace) };
}

function fromSent(plan: OnlinePlan): (sent: SentArrival) => Arrival & Accepted {
  return (sent) => ({ ...sent, additions: sent.additions.map(withStream(plan)) });
}

function withPlace<Given extends { readonly stream: { readonly index: number } }>(given: Given) {
  return { ...given, stream: given.stream.index };
}

function withStream({ streams }: OnlinePlan) {
  return <Given extends { readonly stream: number }>(sent: Given) => ({
    ...sent,
    stream: streams[sent.stream]!,
  });
}

function valueIn<Value>(reply: FeatureReply): Value {
  if ('value' in reply) return reply.value as Value;
  const { code, message, retryable } = reply.error;
  throw new FlightdeckError(code, message, { retryable });
}
