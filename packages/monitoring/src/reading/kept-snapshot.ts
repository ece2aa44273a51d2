// A snapshot of a model's segments for a reader that stays: each time it is asked, it brings itself up to date, and pays for what has
// been written since. Of a segment that is open it keeps Parquet as far as it has read, in few parts.

import { mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError, systemClock } from '@flightdeck/core';
import { randomToken } from '../prediction-id.ts';
import { convertBlocks, writeParquet } from '../records/conversion.ts';
import { listSegments, type Segment } from '../records/segments.ts';
import type { Table } from '../records/table.ts';
import { removeLeftovers } from './record-snapshot.ts';

export interface KeptFile {
  readonly path: string;
  /** Of the instance that wrote it; null for the file without rows that stands for none. */
  readonly token: string | null;
}

export interface KeptSnapshot {
  /** Parquet files of a kind with all that is on the disk now. They are good until it is asked again. */
  files(kind: string): readonly KeptFile[];
  close(): void;
}

/** What an open segment has from one byte to another. */
interface Part {
  readonly path: string;
  readonly from: number;
  readonly to: number;
}

/** `tables` name the kinds; each gets a file without rows, so that every kind has a file and all its columns. */
export function keptSnapshot(folder: string, tables: readonly Table[]): KeptSnapshot {
  mkdirSync(folder, { recursive: true });
  removeLeftovers(folder);
  const own = join(folder, `.reading-${randomToken()}`);
  mkdirSync(own);
  const parts = new Map<string, readonly Part[]>();
  let written = 0;
  const freshPath = () => join(own, `${written++}.parquet`);
  const empty = new Map(tables.map((table) => [table.kind, emptyFile(freshPath(), table)]));

  function partsOf(segment: Segment): readonly Part[] {
    const before = parts.get(segment.stem) ?? [];
    const now = grown(segment.path, before, freshPath);
    parts.set(segment.stem, now);
    for (const { path } of before.filter((part) => !now.includes(part))) rmSync(path);
    return now;
  }

  /** What is finished now is read from its own file. */
  function forget(isOpen: (stem: string) => boolean): void {
    for (const [stem, own] of parts) {
      if (isOpen(stem)) continue;
      for (const { path } of own) rmSync(path);
      parts.delete(stem);
    }
  }

  return {
    files(kind) {
      touch(own);
      const ofKind = (isParquet: boolean) =>
        listSegments(folder).filter((segment) => segment.kind === kind && segment.isParquet === isParquet);
      // Open ones first: a segment that is finished meanwhile is found among the finished.
      const listed = ofKind(false);
      const finished = ofKind(true);
      const stems = new Set(finished.map(({ stem }) => stem));
      const open = listed.filter(({ stem }) => !stems.has(stem));
      forget((stem) => !stems.has(stem));
      return [
        { path: empty.get(kind)!, token: null },
        ...finished.map(({ path, token }) => ({ path, token })),
        ...open.flatMap((segment) => partsOf(segment).map(({ path }) => ({ path, token: segment.token }))),
      ];
    },
    close: () => rmSync(own, { recursive: true, force: true }),
  };
}

/**
 * The parts with what has come since. Parts that are not much larger than what comes after them are written again together with it, so
 * that there are never more than the logarithm of the segment's size.
 */
function grown(path: string, parts: readonly Part[], freshPath: () => string): readonly Part[] {
  const end = parts.at(-1)?.to ?? 0;
  const size = sizeOf(path);
  if (size <= end) return parts;
  let kept = parts;
  let from = end;
  for (let last = kept.at(-1); last && last.to - last.from < 2 * (size - from); last = kept.at(-1)) {
    kept = kept.slice(0, -1);
    from = last.from;
  }
  const target = freshPath();
  try {
    const to = convertBlocks(path, target, from);
    if (to > end) return [...kept, { path: target, from, to }];
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
  }
  // A write that has not ended, or a segment that was finished just now.
  rmSync(target, { force: true });
  return parts;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function emptyFile(path: string, table: Table): string {
  writeParquet(path, table, []);
  return path;
}

/** So that nobody takes it for the leftover of a reader that was killed. */
function touch(folder: string): void {
  const now = systemClock() / 1_000;
  utimesSync(folder, now, now);
}
