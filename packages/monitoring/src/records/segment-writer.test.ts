// Segments from their first block to their deletion, without the thread.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@flightdeck/core';
import { openDatabase } from '@flightdeck/dataset';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type SegmentWriter, type SegmentWriterOptions, segmentWriter } from './segment-writer.ts';
import { toyBlock, toyRows, toyTable } from './toy-table.fixture.ts';

const day = 86_400_000;
const clock = manualClock(1_000 * day);
const writers = new Set<SegmentWriter>();
let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'flightdeck-segments-')), 'toys');
});
afterEach(() => {
  for (const writer of writers) close(writer);
  rmSync(join(folder, '..'), { recursive: true });
});

function writerOf(token: string, options: Partial<SegmentWriterOptions> = {}): SegmentWriter {
  const policy = { maxSegmentBytes: 1e9, maxSegmentMs: day, maxBytes: 1e9, maxDays: 1e6 };
  const writer = segmentWriter({ folder, token: token.padEnd(12, '0'), clock, ...policy, ...options });
  writers.add(writer);
  return writer;
}

function close(writer: SegmentWriter): void {
  writers.delete(writer);
  writer.close();
}

function files(ending: string): string[] {
  if (!existsSync(join(folder, 'toy'))) return [];
  return readdirSync(join(folder, 'toy')).filter((name) => name.endsWith(ending));
}

async function countsInParquet(): Promise<number[]> {
  const database = await openDatabase();
  const rows = await database.rows(`select count from '${folder}/toy/*.parquet' order by count`);
  await database.close();
  return rows.map(({ count }) => count as number);
}

const counts = (rows: number) => Array.from({ length: rows }, (_, row) => row);

test('where nothing can be written, the outcome counts the rows and says why, once', () => {
  writeFileSync(folder, 'a file');
  const writer = writerOf('a');
  writer.append(toyTable, toyBlock(toyRows(0, 3)));
  writer.append(toyTable, toyBlock(toyRows(3, 5)));
  expect(writer.sync()).toEqual({ lostRows: 5, problem: expect.stringContaining(folder) });
  expect(writer.sync()).toEqual({ lostRows: 0, problem: null });
  rmSync(folder);
  writer.append(toyTable, toyBlock(toyRows(0, 3)));
  expect(writer.sync()).toEqual({ lostRows: 0, problem: null });
});

test('what cannot be made Parquet stays as it is, is no loss, and is tried again', async () => {
  const writer = writerOf('a');
  writer.append(toyTable, toyBlock(toyRows(0, 3)));
  writer.sync();
  const [blocks] = files('.blocks');
  // A folder in place of the temporary file.
  const obstacle = join(folder, 'toy', blocks!.replace('.blocks', '.parquet.tmp'));
  mkdirSync(obstacle);
  clock.advance(day);
  writer.tidy();
  expect(writer.sync()).toEqual({ lostRows: 0, problem: expect.stringContaining(obstacle) });
  expect(files('.blocks')).toEqual([blocks]);
  rmSync(obstacle, { recursive: true });
  writer.tidy();
  expect(files('.blocks')).toEqual([]);
  expect(await countsInParquet()).toEqual([0, 1, 2]);
});

test('what could not be made Parquet at the end is left to another writer', async () => {
  const writer = writerOf('a');
  writer.append(toyTable, toyBlock(toyRows(0, 3)));
  const obstacle = join(folder, 'toy', files('.blocks')[0]!.replace('.blocks', '.parquet.tmp'));
  mkdirSync(obstacle);
  close(writer);
  writerOf('b').tidy();
  expect(files('.blocks')).toHaveLength(1);
  rmSync(obstacle, { recursive: true });
  writerOf('c').tidy();
  expect(files('.blocks')).toEqual([]);
  expect(await countsInParquet()).toEqual([0, 1, 2]);
  expect(readdirSync(folder)).toEqual(['toy']);
});

test('a segment that was being finished when its writer was killed is finished once', async () => {
  const writer = writerOf('a');
  writer.append(toyTable, toyBlock(toyRows(0, 3)));
  writer.sync();
  const [blocks] = files('.blocks');
  copyFileSync(join(folder, 'toy', blocks!), join(folder, 'kept'));
  close(writer);
  copyFileSync(join(folder, 'kept'), join(folder, 'toy', blocks!));
  // The lock of a writer that did not leave in good order.
  writeFileSync(join(folder, 'a00000000000.lock'), '');
  writerOf('b').tidy();
  expect(readdirSync(join(folder, 'toy')).map((name) => name.split('.').slice(1).join('.'))).toEqual([
    'parquet',
  ]);
  expect(readdirSync(folder)).not.toContain('a00000000000.lock');
  expect(await countsInParquet()).toEqual([0, 1, 2]);
});

test('what another writer has open is left alone while it lives', () => {
  writerOf('a').append(toyTable, toyBlock(toyRows(0, 3)));
  writerOf('b').tidy();
  expect(files('.blocks').length).toBe(1);
});

test('two writers at once each have segments of their own, and no row is lost or doubled', async () => {
  const [a, b] = [writerOf('a', { maxSegmentBytes: 2_000 }), writerOf('b', { maxSegmentBytes: 2_000 })];
  for (let block = 0; block < 40; block++) {
    (block % 2 === 0 ? a : b).append(toyTable, toyBlock(toyRows(block * 10, block * 10 + 10)));
    if (block % 7 === 0) a.tidy();
  }
  close(a);
  close(b);
  expect(files('.parquet').length).toBeGreaterThan(4);
  expect(await countsInParquet()).toEqual(counts(400));
});

test('a segment becomes Parquet when it is large, or old, or the writer closes', () => {
  const writer = writerOf('a', { maxSegmentBytes: 5_000 });
  while (files('.parquet').length === 0) writer.append(toyTable, toyBlock(toyRows(0, 100)));
  writer.append(toyTable, toyBlock(toyRows(0, 1)));
  clock.advance(day - 1);
  writer.tidy();
  expect(files('.blocks').length).toBe(1);
  clock.advance(1);
  writer.tidy();
  expect(files('.blocks').length).toBe(0);
  writer.append(toyTable, toyBlock(toyRows(0, 1)));
  close(writer);
  expect([files('.blocks').length, files('.parquet').length]).toEqual([0, 3]);
  expect(readdirSync(folder)).toEqual(['toy']);
});

test('of finished segments the oldest are deleted, beyond so many bytes and after so many days', async () => {
  const writer = writerOf('a', { maxSegmentBytes: 1, maxBytes: 1e9, maxDays: 3 });
  for (let segment = 0; segment < 6; segment++) {
    writer.append(toyTable, toyBlock(toyRows(segment, segment + 1)));
    clock.advance(day);
  }
  writer.tidy();
  expect(await countsInParquet()).toEqual([3, 4, 5]);

  const bytes = statSync(join(folder, 'toy', files('.parquet')[0]!)).size;
  writerOf('b', { maxBytes: 2 * bytes + 10 }).tidy();
  expect(await countsInParquet()).toEqual([4, 5]);
});
