// Artifacts in a folder: on this host, or on a volume that several containers share.

import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { asStateError, type Clock, isSystemError, sha256, writeFileAtomic } from '@flightdeck/core';
import type { Artifacts } from './artifacts.ts';

/** Blobs as files `<folder>/sha256/ab/abcdef…`. DISK_FULL or STATE_NOT_WRITABLE where one cannot be written. */
export function fileArtifacts(folder: string, clock: Clock): Artifacts {
  const root = join(folder, 'sha256');
  const pathOf = (hash: string) => join(root, hash.slice(0, 2), hash);
  const get = (hash: string) => ifPresent(readFile(pathOf(hash)));

  return {
    title: folder,

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

    async putAt(hash) {
      const stats = await ifPresent(stat(pathOf(hash)));
      // mtime is a float of seconds somewhere on its way: 1234.9999 means 1235.
      return stats && Math.round(stats.mtimeMs);
    },

    delete: (hash) => remove(pathOf(hash)),

    async list() {
      const files = await filesBelow(root);
      return files
        .filter((file) => /^[0-9a-f]{64}$/.test(file.name))
        .map(({ name, bytes }) => ({ sha256: name, bytes }));
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
    return stats ? [{ path, name, bytes: stats.size, modifiedAt: stats.mtimeMs }] : [];
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
