// The keys of a plan's streams in this process's memory, with the rows of each: what the memory store has, and a copy of another store.

import { dropBefore, keepAt } from './kept-events.ts';
import { type OnlinePlan, type OnlineStream, widthOf } from './online-plan.ts';
import type { Kept, Rows } from './rows.ts';
import { addAt, forgetBefore } from './running-totals.ts';
import type { Addition } from './store.ts';

export interface KeptKeys {
  /** Type of event to the minute of its newest. */
  readonly newest: ReadonlyMap<string, number>;
  /** For each stream of the plan, its keys. */
  readonly streams: readonly ReadonlyMap<string, Kept>[];
  count(): number;
  /** Has a key from now on, or in place of what it had. */
  put(stream: OnlineStream, key: string, rows: Rows): Kept;
  /** Moves the newest minute of a type on; now and then forgets what that has put out of sight, and says so. */
  advance(type: string, at: number): boolean;
  clear(): void;
}

export function keptKeys(plan: OnlinePlan): KeptKeys {
  const newest = new Map<string, number>();
  const nextSweep = new Map<string, number>();
  const streams = plan.streams.map(() => new Map<string, Kept>());

  function sweep(stream: OnlineStream, from: number): void {
    const keys = streams[stream.index]!;
    const stride = widthOf(stream) + 1;
    const forget = stream.keeps === 'totals' ? forgetBefore : dropBefore;
    for (const [key, kept] of keys) {
      if (!stream.forever && kept.rows.at(-stride)! < from) keys.delete(key);
      else forget(kept.rows, stride, from);
      kept.changes++;
    }
  }

  return {
    newest,
    streams,
    count: () => streams.reduce((sum, { size }) => sum + size, 0),
    put(stream, key, rows) {
      const kept = { rows, changes: 0, readBefore: Number.NEGATIVE_INFINITY, made: [] };
      streams[stream.index]!.set(key, kept);
      return kept;
    },
    advance(type, at) {
      if (at <= (newest.get(type) ?? Number.NEGATIVE_INFINITY)) return false;
      newest.set(type, at);
      if (at < (nextSweep.get(type) ?? Number.NEGATIVE_INFINITY)) return false;
      nextSweep.set(type, at + plan.lateness / 4);
      for (const stream of plan.streams) if (stream.event === type) sweep(stream, at - stream.retention);
      return true;
    },
    clear() {
      newest.clear();
      nextSweep.clear();
      for (const keys of streams) keys.clear();
    },
  };
}

/** Changes what is kept. */
export function addTo(kept: Kept, { stream, moment, amounts }: Addition): void {
  if (stream.keeps === 'totals') addAt(kept.rows, moment, amounts);
  else keepAt(kept.rows, moment, amounts);
  if (stream.keeps === 'totals' || moment < kept.readBefore) kept.changes++;
}
