// Atomic files: a reader sees the old content or the new, never half of it, whatever is killed and whenever.

import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FlightdeckError, isSystemError } from './errors.ts';

/** Writes to a temporary file beside `path`, syncs it, renames it into place and syncs the folder. */
export async function writeFileAtomic(path: string, data: string | Uint8Array): Promise<void> {
  await replaceAtomic(path, async (temporary) => {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(data);
    } finally {
      await file.close();
    }
  });
}

/**
 * The same for a file that somebody else writes (DuckDB's COPY): `write` fills the temporary path it is given.
 * A full disk or a read-only folder becomes STATE_NOT_WRITABLE, and the temporary file is removed.
 */
export async function replaceAtomic(
  path: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await removeLeftovers(path);
    await write(temporary);
    await sync(temporary);
    await rename(temporary, path);
    await sync(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw asStateError(error, path);
  }
}

/** No write takes this long; what is older was left by a process that was killed. */
const leftoverAfterMs = 60 * 60_000;

async function removeLeftovers(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`) || !name.endsWith('.tmp')) continue;
    const leftover = join(dirname(path), name);
    const age = Date.now() - (await stat(leftover).then(({ mtimeMs }) => mtimeMs, Date.now));
    if (age > leftoverAfterMs) await rm(leftover, { force: true });
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Turns "the disk is full" and "you may not write here" into an error that says what to do; passes on anything else. */
export function asStateError(error: unknown, path: string): unknown {
  const text = String(error);
  if (isSystemError(error, 'ENOSPC', 'EDQUOT') || /No space left on device/.test(text)) {
    return new FlightdeckError(
      'DISK_FULL',
      `No space left to write ${path}. Free some space, or point FLIGHTDECK_HOME to another disk.`,
      { cause: error, retryable: true },
    );
  }
  if (
    isSystemError(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST') ||
    /Permission denied|Read-only file system/.test(text)
  ) {
    return new FlightdeckError(
      'STATE_NOT_WRITABLE',
      `Cannot write ${path}. Make the folder writable, or set FLIGHTDECK_HOME to one that is.`,
      { cause: error },
    );
  }
  return error;
}
