// The file that a writer appends to. After a write that failed it is as it was before, so that nothing ever stands behind a torn block.

import {
  closeSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface OpenSegment {
  readonly path: string;
  size(): number;
  append(bytes: Uint8Array): void;
  /** Everything that was appended is on the disk when this returns. */
  sync(): void;
  close(): void;
}

/** Makes the file, with `beginning` as its first bytes; no file where that fails. */
export function openSegment(path: string, beginning: Uint8Array): OpenSegment {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'wx');
  try {
    writeAll(file, beginning, 0);
  } catch (error) {
    closeSync(file);
    rmSync(path, { force: true });
    throw error;
  }
  let end = beginning.length;
  let isNew = true;
  return {
    path,
    size: () => end,
    append(bytes) {
      try {
        writeAll(file, bytes, end);
      } catch (error) {
        ftruncateSync(file, end);
        throw error;
      }
      end += bytes.length;
    },
    sync() {
      fdatasyncSync(file);
      if (isNew) syncFolder(dirname(path));
      isNew = false;
    },
    close: () => closeSync(file),
  };
}

function writeAll(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
  }
}

/** Names are on the disk when their folder is. */
export function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
