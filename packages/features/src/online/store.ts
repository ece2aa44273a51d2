// What keeps the running totals and the single events of the online engine. Memory and Redis do it, and both pass store.contract.ts.
//
// A store knows no features: it adds amounts to keys at moments, once for each event, and reads totals before moments, or what was added
// between two.

import type { OnlineStream } from './online-plan.ts';

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

export interface Read {
  readonly stream: OnlineStream;
  readonly key: string;
  /** The row's minute. */
  readonly time: number;
  /** Of events: the end of their window, and its beginning. */
  readonly ends: readonly number[];
}

/**
 * For each end, the totals of what joined the key before it: the number of events, then the sum of each value, all in one array.
 * Where the stream keeps events: the columns of those that joined from the beginning to before the end, one event after the other.
 * Null where the row is more than the plan's lateness older than the newest event, so that its windows may be forgotten.
 */
export type Totals = readonly number[] | null;

/** Both operations throw FEATURE_STORE_UNAVAILABLE or FEATURE_STORE_FULL, retryable, when the store cannot do its work. */
export interface FeatureStore {
  /**
   * Adds events in order, each wholly or not at all. When it throws, some may have been added: sending the same events again counts
   * none of them twice.
   */
  add(arrivals: readonly Arrival[]): Promise<ArrivalOutcome[]>;
  read(reads: readonly Read[]): Promise<Totals[]>;
  close(): Promise<void>;
}
