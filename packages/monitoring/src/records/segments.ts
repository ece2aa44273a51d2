// Segments: the files that records are kept in, one folder a model. An open segment is a file of blocks; finished, it is Parquet.
// FOLDER/MODEL/KIND-OPENED-TOKEN-NUMBER.blocks or .parquet, where the token names the writer.

import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isSystemError, tryLock } from '@flightdeck/core';
import { convertSegment } from './conversion.ts';
import type { Table } from './table.ts';

export interface Segment {
  readonly path: string;
  /** The path without its ending: what a segment keeps when it is converted. */
  readonly stem: string;
  readonly kind: string;
  /** Milliseconds since 1970 UTC. */
  readonly openedAt: number;
  readonly token: string;
  readonly isParquet: boolean;
}

const form = /^(([a-z]+)-([0-9]+)-([0-9a-z]{12})-[0-9]+)\.(blocks|parquet)$/;

export function segmentPath(
  root: string,
  { model, kind }: Pick<Table, 'model' | 'kind'>,
  name: { readonly openedAt: number; readonly token: string; readonly ordinal: number },
): string {
  return join(root, model, `${kind}-${name.openedAt}-${name.token}-${name.ordinal}.blocks`);
}

/** The segments in a model's folder; none where there is no folder. */
export function listSegments(folder: string): Segment[] {
  return entriesOf(folder).flatMap((name) => {
    const [, stem, kind, openedAt, token, ending] = form.exec(name) ?? [];
    if (stem === undefined) return [];
    const segment: Segment = {
      path: join(folder, name),
      stem: join(folder, stem),
      kind: kind!,
      openedAt: Number(openedAt),
      token: token!,
      isParquet: ending === 'parquet',
    };
    return [segment];
  });
}

function listAllSegments(root: string): Segment[] {
  return entriesOf(root).flatMap((model) => listSegments(join(root, model)));
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}

/** A writer holds this lock for as long as it lives. */
export function writerLock(root: string, token: string): string {
  return join(root, `${token}.lock`);
}

/** Makes a segment that nobody writes to any more Parquet. Killed halfway, it can be done again. */
export function finishSegment({ path, stem }: Segment): void {
  const parquet = `${stem}.parquet`;
  if (!existsSync(parquet)) convertSegment(path, parquet);
  rmSync(path, { force: true });
}

/** Writers that have been here and did not leave in good order: some may be alive. */
export function lockedTokens(root: string): string[] {
  return entriesOf(root).flatMap((name) => /^([0-9a-z]{12})\.lock$/.exec(name)?.[1] ?? []);
}

/** Finishes what a writer has left behind, if it is no more. */
export function adoptOrphans(root: string, token: string): void {
  const path = writerLock(root, token);
  const lock = tryLock(path);
  if (lock === null) return;
  try {
    unfinished(root, token).forEach(finishSegment);
    rmSync(path, { force: true });
  } finally {
    lock.release();
  }
}

/** The segments of a writer that are no Parquet yet. */
export function unfinished(root: string, token: string): Segment[] {
  return listAllSegments(root).filter((segment) => segment.token === token && !segment.isParquet);
}

export interface Retention {
  /** Of all finished segments of all models; the oldest are deleted. */
  readonly maxBytes: number;
  readonly maxDays: number;
}

export function deleteExpired(root: string, { maxBytes, maxDays }: Retention, now: number): void {
  const newestFirst = listAllSegments(root)
    .filter(({ isParquet }) => isParquet)
    .sort((a, b) => b.openedAt - a.openedAt);
  let bytes = 0;
  for (const { path, openedAt } of newestFirst) {
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > maxBytes || openedAt < now - maxDays * 86_400_000) rmSync(path, { force: true });
  }
}
