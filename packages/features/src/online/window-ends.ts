// When an event joins its stream's totals, and where the windows of a row end and begin. The same arithmetic as the offline engine's,
// with one comparison for all: a window's sum is the totals of what joined before its end, less those before its beginning.

import type { Snapshot } from '../definition.ts';
import type { Stream } from '../plan.ts';

/** The minute at which an event joins a stream: its own, or the first snapshot that may know of it, which is strictly later. */
export function momentOf({ snapshot }: Stream, at: number): number {
  return snapshot ? lastSnapshot(at, snapshot) + snapshot.every : at;
}

/**
 * The minute before which all windows of a row of this time end; each begins its age earlier. A snapshot's totals hold only what happened
 * before it, so they are read at the snapshot itself: before the minute after.
 */
export function endOf({ snapshot }: Stream, time: number): number {
  return snapshot ? lastSnapshot(time, snapshot) + 1 : time;
}

function lastSnapshot(moment: number, { every, offset }: Snapshot): number {
  return Math.floor((moment - offset) / every) * every + offset;
}
