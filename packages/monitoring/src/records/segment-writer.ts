// What the writing thread does with blocks: appends them to their table's segment, finishes segments that are large or old, deletes
// what the retention policy lets go. Failures are outcomes here: whoever answers requests must not suffer from them.

import { mkdirSync, rmSync } from 'node:fs';
import { type Clock, messageOf, type ProcessLock, tryLock } from '@flightdeck/core';
import { encodeBlock, encodeTable } from './block-file.ts';
import { type OpenSegment, openSegment } from './open-segment.ts';
import type { Block } from './row-buffer.ts';
import {
  adoptOrphans,
  deleteExpired,
  finishSegment,
  lockedTokens,
  type Retention,
  segmentPath,
  unfinished,
  writerLock,
} from './segments.ts';
import type { Table } from './table.ts';

export interface SegmentWriterOptions extends Retention {
  readonly folder: string;
  /** Names this writer among all. */
  readonly token: string;
  /** A segment is finished when it is as large, or as old. */
  readonly maxSegmentBytes: number;
  readonly maxSegmentMs: number;
  readonly clock: Clock;
}

/** What went wrong since the last outcome, if anything did, and how many rows it cost. */
export interface Outcome {
  readonly problem: string | null;
  readonly lostRows: number;
}

export interface SegmentWriter {
  append(table: Table, block: Block): void;
  /** Everything that was appended, but for the rows that the outcome says are lost, is on the disk when this returns. */
  sync(): Outcome;
  /** Finishes segments that are old or left over, and deletes what has expired. */
  tidy(): void;
  /** Finishes everything. */
  close(): Outcome;
}

interface Current {
  readonly file: OpenSegment;
  readonly openedAt: number;
  unsyncedRows: number;
}

export function segmentWriter(options: SegmentWriterOptions): SegmentWriter {
  const { folder, token, maxSegmentBytes, maxSegmentMs, clock } = options;
  const current = new Map<Table, Current>();
  let lock: ProcessLock | null = null;
  let ordinal = 0;
  let problem: string | null = null;
  let lostRows = 0;

  /** Does `work`; if it fails, so many rows are lost. */
  function attempt(rowsAtRisk: number, work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      problem = messageOf(error);
      lostRows += rowsAtRisk;
      return false;
    }
  }

  function outcome(): Outcome {
    const since = { problem, lostRows };
    problem = null;
    lostRows = 0;
    return since;
  }

  function open(table: Table): Current {
    mkdirSync(folder, { recursive: true });
    // Before the first segment is there, because what nobody holds the lock of is finished by others.
    lock ??= tryLock(writerLock(folder, token));
    const openedAt = clock();
    const path = segmentPath(folder, table, { openedAt, token, ordinal: ordinal++ });
    const opened = { file: openSegment(path, encodeTable(table)), openedAt, unsyncedRows: 0 };
    current.set(table, opened);
    return opened;
  }

  function syncOne(table: Table, one: Current): void {
    if (one.unsyncedRows === 0) return;
    const isSynced = attempt(one.unsyncedRows, one.file.sync);
    one.unsyncedRows = 0;
    // What the system failed to bring to the disk it may have forgotten, so that a later sync of the same file would prove nothing.
    if (!isSynced) leave(table, one);
  }

  function leave(table: Table, { file }: Current): void {
    current.delete(table);
    attempt(0, file.close);
  }

  /** A segment that cannot be made Parquet now stays as it is, and is tried again with the next. */
  function finish(isDue: (one: Current) => boolean): void {
    for (const [table, one] of current) {
      if (!isDue(one)) continue;
      syncOne(table, one);
      if (current.has(table)) leave(table, one);
    }
    attempt(0, finishLeft);
    attempt(0, () => deleteExpired(folder, options, clock()));
  }

  function finishLeft(): void {
    const open = new Set([...current.values()].map(({ file }) => file.path));
    for (const segment of unfinished(folder, token)) {
      if (!open.has(segment.path)) attempt(0, () => finishSegment(segment));
    }
  }

  return {
    append(table, block) {
      attempt(block.rows, () => {
        const one = current.get(table) ?? open(table);
        one.file.append(encodeBlock(block));
        one.unsyncedRows += block.rows;
      });
      const size = current.get(table)?.file.size() ?? 0;
      if (size >= maxSegmentBytes) finish(({ file }) => file.size() >= maxSegmentBytes);
    },
    sync() {
      for (const [table, one] of current) syncOne(table, one);
      return outcome();
    },
    tidy() {
      finish(({ openedAt }) => clock() >= openedAt + maxSegmentMs);
      attempt(0, adoptAll);
    },
    close() {
      finish(() => true);
      attempt(0, goodbye);
      lock?.release();
      return outcome();
    },
  };

  function adoptAll(): void {
    for (const other of lockedTokens(folder)) {
      if (other !== token) attempt(0, () => adoptOrphans(folder, other));
    }
  }

  /** What could not be finished is left to others, who go by the lock's file. */
  function goodbye(): void {
    if (unfinished(folder, token).length === 0) rmSync(writerLock(folder, token), { force: true });
  }
}
