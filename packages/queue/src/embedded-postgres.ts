// The last choice of broker, which npm alone provides: PostgreSQL on 127.0.0.1, for BullMQ's PostgreSQL backend.

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FlightdeckError, isSystemError, replaceAtomic, sha256 } from '@flightdeck/core';
import { findPostgres } from './postgres-binaries.ts';
import { cleanEnvironment, makeCluster, type Site } from './postgres-cluster.ts';
import { privateFolder } from './private-folder.ts';
import type { Account, ServerPlan } from './server-process.ts';

/**
 * PostgreSQL with a cluster of its own. TCP rather than a Unix socket, because BullMQ recognises "the broker is away" by
 * ECONNREFUSED; so it has a password. The port of last time is taken again where it is free: clients find it there.
 * BROKER_FAILED, with the words of initdb, when the cluster cannot be made.
 */
export async function planEmbeddedPostgres(folder: string, lastUrl: string | undefined): Promise<ServerPlan> {
  const site = await siteFor(folder);
  const binaries = await findPostgres(site.account && site.folder);
  const data = join(site.folder, 'postgres');
  const passwordFile = join(folder, 'postgres-password');
  const kept = await readOrNull(passwordFile);
  const password = kept ?? randomBytes(24).toString('hex');
  const port = await freePort(Number(URL.parse(lastUrl ?? '')?.port ?? 0));
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: '32MB',
    synchronous_commit: 'on', // costs 5 ms a write; without it SIGKILL loses what was acknowledged in the last 0.6 s
  };
  return {
    kind: 'embedded-postgres',
    title: `embedded PostgreSQL ${binaries.version} on 127.0.0.1:${port}, data in ${data}`,
    url: `postgres://flightdeck:${password}@127.0.0.1:${port}/postgres`,
    command: binaries.postgres,
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    data,
    prepare: async () => {
      // A cluster whose password is gone belonged to a state directory that was deleted since.
      if (kept === null || !(await exists(join(data, 'PG_VERSION')))) {
        await makeCluster(binaries, data, password, site);
        await keepPassword(passwordFile, password);
      }
      await rm(join(data, 'postmaster.pid'), { force: true }); // stale, but its pid may be in use again
    },
    stopSignal: 'SIGINT', // "fast shutdown": SIGTERM would wait for the clients
    logFile: join(folder, 'postgres.log'),
    workingFolder: site.folder,
    account: site.account,
    environment: cleanEnvironment,
  };
}

/**
 * PostgreSQL refuses to run as root, so for root it runs as `postgres` if there is such a user, else as `nobody`, and below
 * /var/tmp: root's own folders are closed to both.
 */
async function siteFor(folder: string): Promise<Site> {
  if (process.getuid?.() !== 0) return { folder };
  const account = (await accountOf('postgres')) ?? (await accountOf('nobody'));
  if (account === null) {
    throw new FlightdeckError(
      'BROKER_FAILED',
      'PostgreSQL does not run as root, and there is no user postgres or nobody to run it as. Set REDIS_URL, or run as another user.',
    );
  }
  return { folder: await privateFolder(folderForRoot(folder), account), account };
}

/** Where the cluster of root's broker `folder` lives. */
export function folderForRoot(folder: string): string {
  return `/var/tmp/flightdeck-${sha256(folder).slice(0, 12)}`;
}

async function accountOf(user: string): Promise<Account | null> {
  const id = async (flag: string) => Number((await promisify(execFile)('id', [flag, user])).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    return null;
  }
}

async function readOrNull(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return null;
    throw error;
  });
}

async function keepPassword(path: string, password: string): Promise<void> {
  await replaceAtomic(path, (temporary) => writeFile(temporary, password, { mode: 0o600 }));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** `wanted` if nobody listens there, else one that the system picks. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', (error) => (wanted > 0 ? resolve(freePort(0)) : reject(error)));
    server.listen({ port: wanted, host: '127.0.0.1' }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
