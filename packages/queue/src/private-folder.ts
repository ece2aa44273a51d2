// A folder below /tmp or /var/tmp with a name that others can guess, so it is used only when it is really ours.

import { chown, lstat, mkdir } from 'node:fs/promises';
import { FlightdeckError, isSystemError } from '@flightdeck/core';
import type { Account } from './server-process.ts';

/** Makes the folder (mode 0700, for `account` or this user). BROKER_FAILED when somebody else made it first. */
export async function privateFolder(path: string, account?: Account): Promise<string> {
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (!isSystemError(error, 'EEXIST')) throw error;
  });
  const found = await lstat(path);
  const mine = found.uid === process.getuid?.();
  if (found.isDirectory() && (mine || found.uid === account?.uid) && (found.mode & 0o077) === 0) {
    if (account !== undefined) await chown(path, account.uid, account.gid);
    return path;
  }
  throw new FlightdeckError(
    'BROKER_FAILED',
    `${path} belongs to another user or is open to others, so the broker cannot keep its files there. ` +
      'Remove it, or use REDIS_URL.',
  );
}
