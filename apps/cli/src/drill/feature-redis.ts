// A Redis of the drill's own for features, on a port of this machine, so that a proxy can be between it and serving; it can be killed
// and started again on the same data.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FlightdeckError } from '@flightdeck/core';
import { findRedisServer } from '@flightdeck/queue';

export interface FeatureRedis {
  readonly port: number;
  /** Where the replay puts its proxy: serving has been told to connect there. */
  readonly proxyPort: number;
  /** Of the process that runs now. */
  readonly pid: () => number;
  /** Starts it again where it has ended. Resolves when it answers. */
  revive(): Promise<void>;
  stop(): Promise<void>;
}

/** DRILL_NEEDS_REDIS where there is none on PATH. */
export async function startFeatureRedis(home: string): Promise<FeatureRedis> {
  const found = await findRedisServer();
  if (found === null) throw noRedis();
  const folder = join(home, 'feature-redis');
  await mkdir(folder);
  const [port, proxyPort] = await freePorts(2);
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const durable = ['--appendonly', 'yes', '--logfile', join(folder, 'redis.log')];
  let server: ChildProcess | undefined;
  const hasEnded = () => server === undefined || server.exitCode !== null || server.signalCode !== null;

  async function revive(): Promise<void> {
    if (hasEnded()) server = spawn(found!.command, [...settings, ...durable], { stdio: 'ignore' });
    while (!(await answers(port!))) {
      if (hasEnded()) throw notStarted(folder);
      await delay(20);
    }
  }
  await revive();
  return {
    port: port!,
    proxyPort: proxyPort!,
    pid: () => server!.pid!,
    revive,
    async stop() {
      if (hasEnded()) return;
      const ended = once(server!, 'exit');
      server!.kill('SIGKILL'); // it may have been stopped by SIGSTOP, and nobody needs its data
      await ended;
    },
  };
}

/** Asked for together, so that they differ. Redis takes port 0 for none. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Whether it answers PING: it loads its data first. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(port, '127.0.0.1', () => connection.write('PING\r\n'));
    connection.once('data', (data) => {
      connection.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    connection.once('error', () => resolve(false));
  });
}

function noRedis(): FlightdeckError {
  return new FlightdeckError(
    'DRILL_NEEDS_REDIS',
    'Drills of the feature store need redis-server or valkey-server, 6.2 or newer, on PATH. Install one (Debian: apt install redis-server).',
  );
}

function notStarted(folder: string): FlightdeckError {
  return new FlightdeckError(
    'DRILL_NEEDS_REDIS',
    `The Redis with the drill's features does not start. Its log is ${join(folder, 'redis.log')}.`,
  );
}
