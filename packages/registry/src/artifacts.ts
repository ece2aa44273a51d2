// Content-addressed blobs: what a bundle's files are stored as. Files here; S3 comes with the same contract suite.

import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { asStateError, type Clock, isSystemError, sha256, writeFileAtomic } from '@flightdeck/core';

interface StoredBlob {
  readonly sha256: string;
  readonly bytes: number;
  /** When it was last put, in milliseconds since 1970 by the store's clock. */
  readonly putAt: number;
}

export interface Artifacts {
  /** Stores `data` under its SHA-256 and returns that. Durable when it resolves. Putting again renews `putAt`. */
  put(data: Uint8Array): Promise<string>;
  /** What is stored, unverified; undefined where nothing is. */
  get(hash: string): Promise<Uint8Array | undefined>;
  has(hash: string): Promise<boolean>;
  /** Deleting what is not there is no error. */
  delete(hash: string): Promise<void>;
  list(): Promise<readonly StoredBlob[]>;
  /** Removes what killed writers left behind before `before` (milliseconds since 1970). */
  dropLeftovers(before: number): Promise<void>;
}

/** Blobs as files `<folder>/sha256/ab/abcdef…`. DISK_FULL or STATE_NOT_WRITABLE where one cannot be written. */
export function fileArtifacts(folder: string, clock: Clock): Artifacts {
  const root = join(folder, 'sha256');
  const pathOf = (hash: string) => join(root, hash.slice(0, 2), hash);
  const get = (hash: string) => ifPresent(readFile(pathOf(hash)));

  return {
    async put(data) {
      const hash = sha256(data);
      const path = pathOf(hash);
      // Reading what is there costs less than a sync, and mends a blob that was damaged.
      const present = await get(hash);
      if (!present || sha256(present) !== hash) await writeFileAtomic(path, data);
      // The clock's time, not the disk's: replays and tests run on their own. Gone already means that garbage
      // collection passed by; registration looks again before it relies on the blob.
      await ifPresent(touch(path, clock()));
      return hash;
    },

    get,

    has: async (hash) => (await ifPresent(stat(pathOf(hash)))) !== undefined,

    delete: (hash) => remove(pathOf(hash)),

    async list() {
      const files = await filesBelow(root);
      return files
        .filter((file) => /^[0-9a-f]{64}$/.test(file.name))
        .map((file) => ({ sha256: file.name, bytes: file.bytes, putAt: file.modifiedAt }));
    },

    async dropLeftovers(before) {
      const files = await filesBelow(root);
      const stale = files.filter((file) => file.name.endsWith('.tmp') && file.modifiedAt <= before);
      await Promise.all(stale.map((file) => remove(file.path)));
    },
  };
}

async function touch(path: string, time: number): Promise<void> {
  await utimes(path, new Date(time), new Date(time)).catch((error: unknown) => {
    throw asStateError(error, path);
  });
}

async function remove(path: string): Promise<void> {
  await rm(path, { force: true }).catch((error: unknown) => {
    throw asStateError(error, path);
  });
}

async function filesBelow(root: string) {
  const entries = (await ifPresent(readdir(root, { recursive: true, withFileTypes: true }))) ?? [];
  const files = entries.filter((entry) => entry.isFile());
  const described = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    const stats = await ifPresent(stat(path));
    // mtime is a float of seconds somewhere on its way: 1234.9999 means 1235.
    return stats ? [{ path, name, bytes: stats.size, modifiedAt: Math.round(stats.mtimeMs) }] : [];
  });
  return (await Promise.all(described)).flat();
}

/** Undefined where the file is missing, or where a file stands in place of its folder (writing then says so). */
async function ifPresent<Value>(attempt: Promise<Value>): Promise<Value | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
