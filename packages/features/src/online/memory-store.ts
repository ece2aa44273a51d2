// The store in this process's memory: as fast as a map, and gone with the process unless a snapshot was saved.

import { FlightdeckError } from '@flightdeck/core';
import { dropBefore, keepAt, windowsReadLast } from './kept-events.ts';
import { type OnlinePlan, type OnlineStream, widthOf } from './online-plan.ts';
import type { Rows } from './rows.ts';
import { addAt, forgetBefore, totalsBefore } from './running-totals.ts';
import { readSnapshot, writeSnapshot } from './snapshot-file.ts';
import type { Addition, Arrival, ArrivalOutcome, FeatureStore, Read, Totals } from './store.ts';

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
  let state = emptyState(plan);
  const nextSweep = new Map<string, number>();
  const windows = windowsReadLast();

  function add(arrival: Arrival): ArrivalOutcome {
    const { type, id, at } = arrival;
    const newest = state.newest.get(type) ?? Number.NEGATIVE_INFINITY;
    const ids = state.ids.get(type) ?? new Map<string, number>();
    if (at < newest - plan.lateness) return 'late';
    const seen = ids.get(id);
    if (seen !== undefined && seen >= newest - plan.lateness) return 'duplicate';

    requireRoom(arrival.additions.length);
    state.ids.set(type, ids.set(id, at));
    for (const addition of arrival.additions) {
      const { stream, moment, amounts } = addition;
      const rows = rowsOf(addition);
      if (stream.keeps === 'totals') addAt(rows, moment, amounts);
      else {
        keepAt(rows, moment, amounts);
        windows.forget(rows, moment);
      }
    }
    if (at > newest) advance(type, at);
    return 'accepted';
  }

  function rowsOf({ stream, key }: Addition): Rows {
    const keys = state.streams[stream.index]!;
    const found = keys.get(key) ?? [];
    if (found.length === 0) keys.set(key, found);
    return found;
  }

  function requireRoom(keys: number): void {
    if (state.streams.reduce((sum, { size }) => sum + size, keys) <= maximumKeys) return;
    throw new FlightdeckError(
      'FEATURE_STORE_FULL',
      `The features of ${plan.view.name} already hold ${maximumKeys} keys. Look for made-up names in the events, or raise the limit; ` +
        'keys without events go once no window can see them.',
      { retryable: true },
    );
  }

  /** Moves the newest moment of a type on, and now and then forgets what that has put out of sight. */
  function advance(type: string, at: number): void {
    state.newest.set(type, at);
    if (at < (nextSweep.get(type) ?? Number.NEGATIVE_INFINITY)) return;
    nextSweep.set(type, at + plan.lateness / 4);
    const ids = state.ids.get(type)!;
    for (const [id, when] of ids) if (when < at - plan.lateness) ids.delete(id);
    for (const stream of plan.streams) if (stream.event === type) sweep(stream, at - stream.retention);
  }

  function sweep(stream: OnlineStream, from: number): void {
    const keys = state.streams[stream.index]!;
    const stride = widthOf(stream) + 1;
    const forget = stream.keeps === 'totals' ? forgetBefore : dropBefore;
    for (const [key, rows] of keys) {
      if (!stream.forever && rows.at(-stride)! < from) keys.delete(key);
      else forget(rows, stride, from);
    }
  }

  function read({ stream, key, time, ends }: Read): Totals {
    if (time < state.newest.get(stream.event)! - plan.lateness) return null;
    const rows = state.streams[stream.index]!.get(key);
    if (stream.keeps === 'totals') return totalsBefore(rows, widthOf(stream), ends);
    const [end, begin] = ends as [number, number];
    return windows.read(rows, widthOf(stream), begin, end);
  }

  return {
    add: async (arrivals) => arrivals.map(add),
    read: async (reads) => reads.map(read),
    save: (path) => writeSnapshot(path, plan, state),
    async restore(path) {
      state = await readSnapshot(path, plan);
      nextSweep.clear();
    },
    close: async () => {},
  };
}

function emptyState({ streams }: OnlinePlan): MemoryState {
  return { newest: new Map(), ids: new Map(), streams: streams.map(() => new Map()) };
}
