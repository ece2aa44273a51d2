// From a segment's blocks to the Parquet file that DuckDB reads.

import { renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type BlockFile, openBlocks } from './block-file.ts';
import { syncFolder } from './open-segment.ts';
import { parquetWriter } from './parquet.ts';
import type { Block } from './row-buffer.ts';
import { parquetColumns, rowGroup } from './row-group.ts';
import type { Table } from './table.ts';

/** Large enough to compress and to scan well, small enough to hold in memory. */
const groupRows = 65_536;

/**
 * Writes the Parquet file of a segment, whole or not at all. None where not even the segment's beginning is whole. Returns the bytes
 * that were no whole block.
 */
export function convertSegment(from: string, to: string): number {
  const source = openBlocks(from);
  try {
    if (source.table !== null)
      writeWhole(to, (temporary) => writeParquet(temporary, source.table!, source.blocks));
    return source.damagedBytes();
  } finally {
    source.close();
  }
}

/** Writes what an open segment has from byte `start` on, which is what an earlier call has returned. Returns where it ends. */
export function convertBlocks(from: string, to: string, start: number): number {
  const source = openBlocks(from, start);
  try {
    if (source.table === null) return start;
    writeParquet(to, source.table, source.blocks);
    return source.end();
  } finally {
    source.close();
  }
}

function writeWhole(path: string, write: (temporary: string) => void): void {
  const temporary = `${path}.tmp`;
  try {
    write(temporary);
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** A file without rows, for a table without blocks, is one that DuckDB reads too. */
export function writeParquet(path: string, table: Table, blocks: BlockFile['blocks']): void {
  const writer = parquetWriter(path, parquetColumns(table));
  try {
    for (const group of grouped(blocks)) writer.writeGroup(rowGroup(table, group));
    writer.finish();
  } finally {
    writer.close();
  }
}

function* grouped(blocks: Iterable<Block>): Generator<Block[]> {
  let group: Block[] = [];
  let rows = 0;
  for (const block of blocks) {
    group.push(block);
    rows += block.rows;
    if (rows < groupRows) continue;
    yield group;
    group = [];
    rows = 0;
  }
  if (rows > 0) yield group;
}
