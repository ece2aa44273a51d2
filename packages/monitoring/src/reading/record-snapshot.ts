// A snapshot of a model's segments for one reader: links to what is finished, and Parquet of what is open, as far as it is whole. What
// is written, finished or deleted afterwards changes nothing for the reader.

import { linkSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isSystemError, systemClock } from '@flightdeck/core';
import { randomToken } from '../prediction-id.ts';
import { convertSegment, writeParquet } from '../records/conversion.ts';
import { listSegments, type Segment } from '../records/segments.ts';
import type { Table } from '../records/table.ts';

export interface RecordSnapshot {
  /** Parquet files of a kind. */
  files(kind: string): readonly string[];
  /** Bytes of open segments that are no whole block: torn by a crash, or just being written. */
  readonly damagedBytes: number;
  close(): void;
}

/**
 * `tables` name the kinds; each gets a file without rows, so that every kind has a file and all its columns. `isWanted` chooses among the
 * segments.
 */
export function openSnapshot(
  folder: string,
  tables: readonly Table[],
  isWanted: (segment: Segment) => boolean = () => true,
): RecordSnapshot {
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder);
  // Beside the segments, because links do not leave a file system.
  const own = join(folder, `.reading-${randomToken()}`);
  mkdirSync(own);
  for (const table of tables) writeParquet(join(own, `${table.kind}-0-000000000000-0.parquet`), table, []);
  // Open ones first: a segment that is finished meanwhile is found among the finished.
  const open = listSegments(folder).filter((segment) => !segment.isParquet && isWanted(segment));
  const damaged = open.map((segment) => convertOpen(segment, own));
  const finished = listSegments(folder).filter((segment) => segment.isParquet && isWanted(segment));
  const unlinked = finished.filter((segment) => !link(segment, own));
  const linked = listSegments(own);
  return {
    files: (kind) =>
      [...linked, ...unlinked].filter((segment) => segment.kind === kind).map(({ path }) => path),
    damagedBytes: damaged.reduce((sum, bytes) => sum + bytes, 0),
    close: () => rmSync(own, { recursive: true, force: true }),
  };
}

/** A finished segment of the same name takes the place of what is written here. */
function convertOpen({ path, stem }: Segment, into: string): number {
  try {
    return convertSegment(path, join(into, `${basename(stem)}.parquet`));
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return 0;
    throw error;
  }
}

function link({ path }: Segment, into: string): boolean {
  const target = join(into, basename(path));
  try {
    rmSync(target, { force: true });
    linkSync(path, target);
    return true;
  } catch (error) {
    // Deleted by the retention policy since it was listed.
    if (isSystemError(error, 'ENOENT')) return true;
    // A file system without links: the file itself, for as long as it stays.
    if (isSystemError(error, 'EPERM', 'ENOTSUP', 'EXDEV')) return false;
    throw error;
  }
}

/** No reader takes a day; what is older was left by one that was killed. */
const leftoverAfterMs = 24 * 60 * 60_000;

export function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith('.reading-')) continue;
    const path = join(folder, name);
    const changedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (changedAt < systemClock() - leftoverAfterMs) rmSync(path, { recursive: true, force: true });
  }
}
