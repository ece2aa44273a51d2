// Makes the data folder of the embedded PostgreSQL.

import { execFile } from 'node:child_process';
import { chown, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FlightdeckError, messageOf } from '@flightdeck/core';
import type { PostgresBinaries } from './postgres-binaries.ts';
import type { Account } from './server-process.ts';

/** Where a cluster lives, and as whom it runs. */
export interface Site {
  readonly folder: string;
  readonly account?: Account;
}

/** No PGDATA or PGOPTIONS of the user's may reach our server. */
export const cleanEnvironment = { LC_ALL: 'C' };

/** initdb into a folder beside, then rename: killed half way, it leaves no half cluster. */
export async function makeCluster(
  binaries: PostgresBinaries,
  data: string,
  password: string,
  site: Site,
): Promise<void> {
  const passwordFile = join(site.folder, 'initdb-password');
  for (const old of [data, `${data}.new`]) await rm(old, { recursive: true, force: true });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (site.account !== undefined) await chown(passwordFile, site.account.uid, site.account.gid);
  const choices = ['--username=flightdeck', '--auth=scram-sha-256', '--encoding=UTF8', '--no-locale'];
  try {
    await promisify(execFile)(
      binaries.initdb,
      [`--pgdata=${data}.new`, `--pwfile=${passwordFile}`, ...choices],
      { cwd: site.folder, env: cleanEnvironment, ...site.account },
    );
  } catch (error) {
    throw initdbFailed(error, data);
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rename(`${data}.new`, data);
}

function initdbFailed(error: unknown, data: string): FlightdeckError {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : messageOf(error);
  const tail = said.trim().split('\n').slice(-8).join('\n');
  return new FlightdeckError(
    'BROKER_FAILED',
    `initdb could not make a PostgreSQL cluster in ${data}. Mend what it says, or set REDIS_URL.\n${tail}`,
    { cause: error },
  );
}
