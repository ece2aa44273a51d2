// What keeps the running totals and the single events of the online engine. Memory and Redis do it, and both pass store.contract.ts.
//
// A store knows no features: it adds amounts to keys at moments, once for each event, and hands out what it keeps of keys.

import type { OnlineStream } from './online-plan.ts';
import type { Kept } from './rows.ts';

/** An event as far as a store is concerned. */
export interface Arrival {
  readonly type: string;
  /** Unique among the events of its type. */
  readonly id: string;
  /** Minute at which it happened. */
  readonly at: number;
  readonly additions: readonly Addition[];
}

export interface Addition {
  readonly stream: OnlineStream;
  readonly key: string;
  readonly moment: number;
  /** To totals: 1, and the event's values in declared order. To events: the columns to keep. */
  readonly amounts: readonly number[];
}

/**
 * `duplicate`: an event of this type and id was accepted before, so this one does not count, whatever it says.
 * `late`: it is more than the plan's lateness older than the newest event of its type, so the windows it belongs to may be forgotten.
 */
export type ArrivalOutcome = 'accepted' | 'duplicate' | 'late';

export interface StreamKey {
  readonly stream: OnlineStream;
  readonly key: string;
}

/** Keys as they are at one moment. They change once whoever asked awaits anything. */
export interface Found {
  /** Type of event to the minute of its newest. A row that is more than the plan's lateness older may see windows that are forgotten. */
  readonly newest: ReadonlyMap<string, number>;
  /** In the order of what was asked; undefined where nothing ever joined the key. */
  readonly kept: readonly (Kept | undefined)[];
}

/** Both operations throw FEATURE_STORE_UNAVAILABLE or FEATURE_STORE_FULL, retryable, when the store cannot do its work. */
export interface FeatureStore {
  /**
   * Adds events in order, each wholly or not at all. When it throws, some may have been added: sending the same events again counts
   * none of them twice.
   */
  add(arrivals: readonly Arrival[]): Promise<ArrivalOutcome[]>;
  /** At once where this process has all of the keys. */
  read(keys: readonly StreamKey[]): Found | Promise<Found>;
  close(): Promise<void>;
}
