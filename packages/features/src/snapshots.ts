// Which snapshot a row sees, and which is the first to know of an event, as SQL.

import type { Snapshot } from './definition.ts';

/** The last snapshot at or before a moment. */
export function lastSnapshot(moment: string, { every, offset }: Snapshot): string {
  return `(floor((${moment} - ${offset}) / ${every})::integer * ${every} + ${offset})`;
}

/** The first snapshot that may know of an event: strictly after it. */
export function firstSnapshotAfter(moment: string, snapshot: Snapshot): string {
  return `(${lastSnapshot(moment, snapshot)} + ${snapshot.every})`;
}
