// A store that is kept elsewhere (by Redis, or by another process), with a copy of those of its keys that were asked for here. The origin
// alone decides what counts; whatever it accepts it tells everybody who follows it, in order, and that brings their copies up to date.
// So a lookup asks nobody, but for keys that are new to this process.

import { addTo, keptKeys } from './kept-keys.ts';
import type { OnlinePlan } from './online-plan.ts';
import type { Kept, Rows } from './rows.ts';
import type { Arrival, ArrivalOutcome, FeatureStore, Found, StreamKey } from './store.ts';

export interface Origin {
  add(arrivals: readonly Arrival[]): Promise<Decided>;
  load(keys: readonly StreamKey[]): Promise<Loaded>;
  close(): Promise<void>;
}

/** A position counts the batches of which something was accepted. */
export interface Decided {
  readonly outcomes: readonly ArrivalOutcome[];
  /** What was accepted of these is in all positions from this one on. */
  readonly position: number;
}

/** Keys as they were at a position. */
export interface Loaded {
  readonly position: number;
  readonly newest: Iterable<readonly [type: string, minute: number]>;
  readonly rows: readonly Rows[];
}

/** An event that was accepted. */
export type Accepted = Pick<Arrival, 'type' | 'at' | 'additions'>;

export interface FollowedStore extends FeatureStore {
  /** Whatever is accepted after this position will be heard. Until then, and after `lost`, every read asks the origin. */
  follow(position: number): void;
  /** What came after the position before. Where one was missed, the copy starts anew. */
  hear(position: number, accepted: readonly Accepted[]): void;
  lost(): void;
}

export interface FollowedStoreOptions {
  /** Keys that are copied; with one more, the copy starts anew. Made-up names count as well. */
  readonly maximumKeys?: number;
}

/** An origin is asked for so many keys at a time: each may be some kilobytes. */
const keysPerLoad = 32;

interface Heard {
  readonly position: number;
  readonly accepted: readonly Accepted[];
}

/**
 * A read never goes back: what an `add` here accepted, every later read here knows. Of what others add, it knows what was accepted
 * before the last news.
 */
export function followedStore(
  plan: OnlinePlan,
  origin: Origin,
  { maximumKeys = 100_000 }: FollowedStoreOptions = {},
): FollowedStore {
  const copy = keptKeys(plan);
  /** Up to which position the copy knows everything; null while nobody tells. */
  let known: number | null = null;
  /** The latest news that came before there was anything to bring up to date. */
  let latest = 0;
  /** Changes whenever the copy starts anew: what was under way for the last one does not fit this one. */
  let beginning = 0;
  const waiting = new Set<{ readonly position: number; readonly resolve: () => void }>();
  const loading = new Set<Heard[]>();

  function startAnew(from: number | null): void {
    copy.clear();
    beginning++;
    known = from;
    wake();
  }

  function wake(): void {
    for (const one of waiting) {
      if (!isKnown(one.position)) continue;
      waiting.delete(one);
      one.resolve();
    }
  }

  /** A copy without anything in it, that nobody keeps up to date, cannot be behind. */
  const isKnown = (position: number) => known === null || known >= position;

  function untilKnown(position: number): Promise<void> | undefined {
    if (isKnown(position)) return undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add({ position, resolve });
    return promise;
  }

  function take({ accepted }: Heard, isOurs: (kept: Kept) => boolean): void {
    for (const { type, at, additions } of accepted) {
      for (const addition of additions) {
        const kept = copy.streams[addition.stream.index]!.get(addition.key);
        if (kept && isOurs(kept)) addTo(kept, addition);
      }
      copy.advance(type, at);
    }
  }

  const keptOf = ({ stream, key }: StreamKey) => copy.streams[stream.index]!.get(key);

  /** Copies keys, if what is accepted is heard from before they were loaded until now. */
  async function copyKeys(keys: readonly StreamKey[]): Promise<void> {
    const begun = beginning;
    const since: Heard[] = [];
    loading.add(since);
    try {
      const loaded = await origin.load(keys);
      await untilKnown(loaded.position);
      if (known === null || begun !== beginning) return;
      const fresh = new Set(keys.map(({ stream, key }, index) => copy.put(stream, key, loaded.rows[index]!)));
      for (const [type, at] of loaded.newest) copy.advance(type, at);
      for (const heard of since) if (heard.position > loaded.position) take(heard, (kept) => fresh.has(kept));
    } finally {
      loading.delete(since);
    }
  }

  async function readFromOrigin(keys: readonly StreamKey[]): Promise<Found> {
    const loads = await Promise.all(inLoads(keys).map((some) => origin.load(some)));
    return {
      newest: new Map(loads.flatMap(({ newest }) => [...newest])),
      kept: loads.flatMap(({ rows }) =>
        rows.map((own): Kept => ({ rows: own, changes: 0, readBefore: Number.NEGATIVE_INFINITY, made: [] })),
      ),
    };
  }

  async function readMissing(keys: readonly StreamKey[], missing: readonly StreamKey[]): Promise<Found> {
    if (known === null) return readFromOrigin(keys);
    if (copy.count() + missing.length > maximumKeys) startAnew(known);
    const begun = beginning;
    const wanted = copy.count() === 0 ? distinct(keys) : missing;
    await Promise.all(inLoads(wanted).map(copyKeys));
    return known === null || begun !== beginning
      ? readFromOrigin(keys)
      : { newest: copy.newest, kept: keys.map(keptOf) };
  }

  return {
    async add(arrivals) {
      const { outcomes, position } = await origin.add(arrivals);
      await untilKnown(position);
      return [...outcomes];
    },
    read(keys) {
      const kept = keys.map(keptOf);
      if (known !== null && !kept.includes(undefined)) return { newest: copy.newest, kept };
      return readMissing(keys, distinct(keys.filter((_, index) => kept[index] === undefined)));
    },
    follow: (position) => startAnew(Math.max(position, latest)),
    hear(position, accepted) {
      latest = position;
      if (known === null) return;
      if (position !== known + 1) {
        startAnew(position);
        return;
      }
      const heard = { position, accepted };
      known = position;
      take(heard, () => true);
      for (const since of loading) since.push(heard);
      wake();
    },
    lost() {
      latest = 0;
      startAnew(null);
    },
    close: () => origin.close(),
  };
}

function distinct(keys: readonly StreamKey[]): StreamKey[] {
  const byName = keys.map((one) => [`${one.stream.index}:${one.key}`, one] as const);
  return [...new Map(byName).values()];
}

function inLoads(keys: readonly StreamKey[]): (readonly StreamKey[])[] {
  const loads = Math.ceil(keys.length / keysPerLoad);
  return Array.from({ length: loads }, (_, load) => keys.slice(load * keysPerLoad, (load + 1) * keysPerLoad));
}
