// The store in this process's memory: as fast as a map, and gone with the process unless a snapshot was saved.

import { FlightdeckError } from '@flightdeck/core';
import { addTo, keptKeys } from './kept-keys.ts';
import type { OnlinePlan } from './online-plan.ts';
import type { Rows } from './rows.ts';
import { readSnapshot, writeSnapshot } from './snapshot-file.ts';
import type { Addition, Arrival, ArrivalOutcome, FeatureStore, Found, StreamKey } from './store.ts';

/** Everything the store knows. */
export interface MemoryState {
  /** Type of event to the minute of its newest. */
  readonly newest: Map<string, number>;
  /** Type of event to ids accepted, each with its minute. */
  readonly ids: Map<string, Map<string, number>>;
  /** For each stream of the plan, its keys. */
  readonly streams: readonly Map<string, Rows>[];
}

export interface MemoryStore extends FeatureStore {
  read(keys: readonly StreamKey[]): Found;
  /** Saves the state as it is now to a file, which appears whole or not at all. The event loop is blocked while it is encoded. */
  save(path: string): Promise<void>;
  /** Takes over a saved state in place of its own. SNAPSHOT_MISSING, SNAPSHOT_DAMAGED, SNAPSHOT_OF_ANOTHER_PLAN otherwise, and nothing changes. */
  restore(path: string): Promise<void>;
}

/**
 * Memory is bounded: a key holds a row of 8 bytes * (2 + values) for each minute (snapshot) in which something happened within
 * 1.25 times its stream's retention, or one of 8 bytes * (1 + columns) for each event where it keeps these; ids are kept for 1.25 times the lateness, and there are at most `maximumKeys` keys. Past
 * that, `add` throws FEATURE_STORE_FULL: nothing but made-up names reaches a million.
 */
export function memoryStore(plan: OnlinePlan, { maximumKeys = 1_000_000 } = {}): MemoryStore {
  const keys = keptKeys(plan);
  const idsOf = new Map<string, Map<string, number>>();

  function add(arrival: Arrival): ArrivalOutcome {
    const { type, id, at } = arrival;
    const newest = keys.newest.get(type) ?? Number.NEGATIVE_INFINITY;
    const ids = idsOf.get(type) ?? new Map<string, number>();
    if (at < newest - plan.lateness) return 'late';
    const seen = ids.get(id);
    if (seen !== undefined && seen >= newest - plan.lateness) return 'duplicate';

    requireRoom(arrival.additions.length);
    idsOf.set(type, ids.set(id, at));
    for (const addition of arrival.additions) addTo(keptOf(addition), addition);
    if (keys.advance(type, at)) {
      for (const [id, when] of ids) if (when < at - plan.lateness) ids.delete(id);
    }
    return 'accepted';
  }

  function keptOf({ stream, key }: Addition) {
    return keys.streams[stream.index]!.get(key) ?? keys.put(stream, key, []);
  }

  function requireRoom(more: number): void {
    if (keys.count() + more <= maximumKeys) return;
    throw new FlightdeckError(
      'FEATURE_STORE_FULL',
      `The features of ${plan.view.name} already hold ${maximumKeys} keys. Look for made-up names in the events, or raise the limit; ` +
        'keys without events go once no window can see them.',
      { retryable: true },
    );
  }

  function state(): MemoryState {
    const rowsOf = (stream: (typeof keys.streams)[number]) =>
      new Map([...stream].map(([key, { rows }]) => [key, rows] as const));
    return { newest: new Map(keys.newest), ids: idsOf, streams: keys.streams.map(rowsOf) };
  }

  return {
    add: async (arrivals) => arrivals.map(add),
    read: (wanted) => ({
      newest: keys.newest,
      kept: wanted.map(({ stream, key }) => keys.streams[stream.index]!.get(key)),
    }),
    save: (path) => writeSnapshot(path, plan, state()),
    async restore(path) {
      const { newest, ids, streams } = await readSnapshot(path, plan);
      keys.clear();
      idsOf.clear();
      for (const [type, own] of ids) idsOf.set(type, own);
      for (const stream of plan.streams)
        for (const [key, rows] of streams[stream.index]!) keys.put(stream, key, rows);
      for (const [type, at] of newest) keys.advance(type, at);
    },
    close: async () => {},
  };
}
