// The second choice of broker: a redis-server or valkey-server from PATH that serves nobody but this state directory.

import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sha256 } from '@flightdeck/core';
import { socketUrl } from './connect.ts';
import { privateFolder } from './private-folder.ts';
import type { ServerPlan } from './server-process.ts';

export interface RedisServer {
  readonly command: string;
  readonly version: string;
}

/** The first usable server on PATH: 6.2 or newer, which is what BullMQ recommends. Null when there is none. */
export async function findRedisServer(): Promise<RedisServer | null> {
  for (const command of ['redis-server', 'valkey-server']) {
    const said = await promisify(execFile)(command, ['--version']).catch(() => null);
    const [, major, minor, rest] = /v=(\d+)\.(\d+)(\S*)/.exec(said?.stdout ?? '') ?? [];
    if (Number(major) * 100 + Number(minor) >= 602) return { command, version: `${major}.${minor}${rest}` };
  }
  return null;
}

/**
 * Redis on a Unix socket that only this user can open, so it needs neither a port nor a password. The append-only file is
 * synced every second: SIGKILL of Redis loses nothing, power loss at most a second.
 */
export async function planPrivateRedis(folder: string, server: RedisServer): Promise<ServerPlan> {
  const data = join(folder, 'redis');
  await mkdir(data, { recursive: true, mode: 0o700 });
  const socket = await socketPathFor(data);
  const settings = {
    port: '0',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: data,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction', // a queue must never lose keys
    'set-proc-title': 'no', // the command line stays as it is, to be recognised
  };
  return {
    kind: 'private-redis',
    title: `private ${server.command} ${server.version}, data in ${data}`,
    url: socketUrl(socket),
    command: server.command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    data,
    prepare: async () => {},
    stopSignal: 'SIGTERM',
    logFile: join(folder, 'redis.log'),
    workingFolder: data,
  };
}

/** Socket addresses hold 107 bytes on Linux and 103 on macOS; a longer path moves to a private folder below /tmp. */
async function socketPathFor(data: string): Promise<string> {
  const path = join(data, 'redis.sock');
  if (Buffer.byteLength(path) <= 100) return path;
  return join(await privateFolder(join(tmpdir(), `flightdeck-${sha256(data).slice(0, 12)}`)), 'redis.sock');
}
