// Segments: the files of the prediction log, written one after the other, oldest deleted first. Used by the writing thread.

import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@flightdeck/core';

export interface SegmentWriter {
  append(text: string): void;
  /** Everything that was appended is on the disk when this returns. */
  sync(): void;
  close(): void;
}

export interface SegmentOptions {
  readonly folder: string;
  readonly maxSegmentBytes: number;
  /** Of all segments together, those of other processes included. */
  readonly maxBytes: number;
  readonly clock: Clock;
}

const segmentName = /^predictions-[0-9]+-[0-9]+-[0-9]+\.ndjson$/;

export function segmentWriter({ folder, maxSegmentBytes, maxBytes, clock }: SegmentOptions): SegmentWriter {
  let segment: { readonly file: number; bytes: number } | null = null;
  let ordinal = 0;
  let isSynced = true;

  function open() {
    mkdirSync(folder, { recursive: true });
    // The name sorts by time, and no two processes choose the same.
    const name = `predictions-${clock()}-${process.pid}-${ordinal++}.ndjson`;
    return { file: openSync(join(folder, name), 'ax'), bytes: 0 };
  }

  function sync(): void {
    if (segment !== null && !isSynced) fsyncSync(segment.file);
    isSynced = true;
  }

  function close(): void {
    sync();
    if (segment !== null) closeSync(segment.file);
    segment = null;
  }

  return {
    append(text) {
      segment ??= open();
      segment.bytes += writeSync(segment.file, text);
      isSynced = false;
      if (segment.bytes < maxSegmentBytes) return;
      close();
      deleteOldest(folder, maxBytes);
    },
    sync,
    close,
  };
}

function deleteOldest(folder: string, maxBytes: number): void {
  const segments = readdirSync(folder)
    .filter((name) => segmentName.test(name))
    .sort((a, b) => startOf(a) - startOf(b))
    .map((name) => join(folder, name));
  let bytes = segments.reduce((sum, path) => sum + (statSync(path, { throwIfNoEntry: false })?.size ?? 0), 0);
  for (const path of segments) {
    if (bytes <= maxBytes) return;
    bytes -= statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    rmSync(path, { force: true });
  }
}

function startOf(name: string): number {
  return Number(name.split('-')[1]);
}
