// Blocks in a file. Each is framed by its length and a checksum, so that whoever reads after a crash, or while somebody writes, knows
// what is whole.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Block } from './row-buffer.ts';
import type { Table } from './table.ts';

// A frame: a mark, the length of the head, the length of the body, the checksum of both. The head is JSON, the body the values.
const frameBytes = 16;
const mark = 0x314b4c42;

/** The first frame of a file. */
export function encodeTable(table: Table): Uint8Array {
  return encodeFrame(table, new Uint8Array(0));
}

export function encodeBlock({ bytes, ...head }: Block): Uint8Array {
  return encodeFrame(head, bytes);
}

function encodeFrame(head: object, body: Uint8Array): Uint8Array {
  const text = Buffer.from(JSON.stringify(head));
  const frame = Buffer.allocUnsafe(frameBytes + text.length + body.length);
  frame.set(text, frameBytes);
  frame.set(body, frameBytes + text.length);
  frame.writeUInt32LE(mark, 0);
  frame.writeUInt32LE(text.length, 4);
  frame.writeUInt32LE(body.length, 8);
  frame.writeUInt32LE(crc32(frame.subarray(frameBytes)), 12);
  return frame;
}

export interface BlockFile {
  /** Null where not even the beginning of the file is whole. */
  readonly table: Table | null;
  /** Every whole block, with one in memory at a time; a damaged one in the middle is passed over. */
  readonly blocks: Iterable<Block>;
  /** Bytes that are no whole block, so far: damage, or the tail of a write that did not end. Final when the blocks have been read. */
  damagedBytes(): number;
  /** Where the frames end that have been read so far: from here on a later reader goes on. */
  end(): number;
  close(): void;
}

/** `from`: the `end` of an earlier reader, whose blocks are passed over. */
export function openBlocks(path: string, from = 0): BlockFile {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  let damaged = 0;
  let at = 0;

  function* frames(): Generator<Frame> {
    for (let frame = frameAt(file, at, size); frame !== null; frame = frameAt(file, at, size)) {
      // Without the table, which is the first, nothing can be made of the rest.
      if (!frame.isWhole && at === 0) break;
      const next = Math.max(frame.end, at === 0 ? from : 0);
      if (frame.isWhole) yield frame;
      else damaged += frame.end - at;
      at = next;
    }
    damaged += size - at;
  }

  const all = frames();
  const first = all.next();
  return {
    table: first.done ? null : (headOf(first.value) as Table),
    blocks: blocksOf(all),
    damagedBytes: () => damaged,
    end: () => at,
    close: () => closeSync(file),
  };
}

interface Frame {
  readonly isWhole: boolean;
  readonly head: Buffer;
  readonly body: Uint8Array;
  readonly end: number;
}

/** Null where no frame can be, and so none behind it. */
function frameAt(file: number, at: number, size: number): Frame | null {
  const lengths = Buffer.alloc(frameBytes);
  if (readSync(file, lengths, 0, frameBytes, at) < frameBytes) return null;
  const headBytes = lengths.readUInt32LE(4);
  const contentBytes = headBytes + lengths.readUInt32LE(8);
  const end = at + frameBytes + contentBytes;
  if (lengths.readUInt32LE(0) !== mark || end > size) return null;
  const content = Buffer.allocUnsafe(contentBytes);
  readSync(file, content, 0, contentBytes, at + frameBytes);
  const isWhole = crc32(content) === lengths.readUInt32LE(12);
  return { isWhole, head: content.subarray(0, headBytes), body: content.subarray(headBytes), end };
}

function* blocksOf(frames: Iterable<Frame>): Generator<Block> {
  for (const frame of frames) yield { ...(headOf(frame) as Omit<Block, 'bytes'>), bytes: frame.body };
}

function headOf({ head }: Frame): unknown {
  return JSON.parse(head.toString());
}
