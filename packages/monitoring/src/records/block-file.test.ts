import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeBlock, encodeTable, openBlocks } from './block-file.ts';
import type { Block } from './row-buffer.ts';
import { toyBlock, toyRows, toyTable } from './toy-table.fixture.ts';

const frames = [
  encodeTable(toyTable),
  ...[0, 3, 6].map((from) => encodeBlock(toyBlock(toyRows(from, from + 3)))),
];
const whole = Buffer.concat(frames);
/** Where each frame ends. */
const ends = frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flightdeck-blocks-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function read(content: Uint8Array): { hasTable: boolean; blocks: Block[]; damagedBytes: number } {
  const path = join(folder, 'toys.blocks');
  writeFileSync(path, content);
  const file = openBlocks(path);
  const blocks = [...file.blocks];
  file.close();
  return { hasTable: file.table !== null, blocks, damagedBytes: file.damagedBytes() };
}

test('of a file that was cut off anywhere, the whole blocks before are read and the rest is counted', () => {
  for (let length = 0; length <= whole.length; length++) {
    const wholeFrames = ends.filter((end) => end <= length);
    const { hasTable, blocks, damagedBytes } = read(whole.subarray(0, length));
    expect(hasTable).toBe(wholeFrames.length > 0);
    expect(blocks.length).toBe(Math.max(0, wholeFrames.length - 1));
    expect(damagedBytes).toBe(length - (wholeFrames.at(-1) ?? 0));
  }
});

test('a flipped bit anywhere in a block costs that block, or it and what is behind it, and never makes up a row', () => {
  const { blocks: right } = read(whole);
  for (let at = ends[1]!; at < ends[2]!; at++) {
    const flipped = Buffer.from(whole);
    flipped[at]! ^= 1 << (at % 8);
    const { blocks, damagedBytes } = read(flipped);
    expect(damagedBytes).toBeGreaterThan(0);
    expect(right).toEqual(expect.arrayContaining(blocks));
    expect(blocks[0]).toEqual(right[0]);
    // Behind an intact length, reading goes on.
    if (at >= ends[1]! + 12) expect(blocks).toEqual([right[0], right[2]]);
  }
});

test('a file whose table is damaged has no blocks', () => {
  const flipped = Buffer.from(whole);
  flipped[20]! ^= 1;
  expect(read(flipped)).toEqual({ hasTable: false, blocks: [], damagedBytes: whole.length });
});
