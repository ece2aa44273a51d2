// A copy of a model file that can be given away to a thread.

import { setImmediate as nextTurn } from 'node:timers/promises';

/** Copied in one go, this much holds the event loop for a millisecond or two. */
const pieceBytes = 2 * 1024 * 1024;

/**
 * Not a shared buffer for all threads, which would save copies: it is freed by garbage collection alone, and what lies outside of
 * the heap brings no collection on. A hundred models later that is a hundred files.
 */
export async function copyBytes(bytes: Uint8Array): Promise<ArrayBuffer> {
  const copy = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    copy.set(bytes.subarray(at, at + pieceBytes), at);
    if (at + pieceBytes < bytes.length) await nextTurn();
  }
  return copy.buffer;
}
