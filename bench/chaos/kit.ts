// The kit that is killed: broker, serving, controller and trainer, started and kept up as `flightdeck up` does it, only with shorter pauses.

import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { messageOf } from '@flightdeck/core';
import type { CliEnv } from '../../apps/cli/src/env.ts';
import { keepBroker, openBroker } from '../../apps/cli/src/kit/broker.ts';
import type { Child } from '../../apps/cli/src/kit/child.ts';
import { keepUp } from '../../apps/cli/src/kit/keep-up.ts';
import { startController, startServing, startTrainer } from '../../apps/cli/src/kit/processes.ts';
import { loopVariables } from '../../apps/cli/src/kit/up.ts';

export const kinds = ['serving', 'trainer', 'controller', 'broker'] as const;
export type Kind = (typeof kinds)[number];

export interface ChaosKit {
  readonly servingUrl: string;
  readonly controllerUrl: string;
  readonly brokerUrl: string;
  /** SIGKILL to the process that is there now. Returns when it was sent, on the clock of performance.now(). */
  kill(kind: Kind): number;
  /** Whether another process has taken the place of the one that was killed, and does its work. */
  isBack(kind: Kind): Promise<boolean>;
  /** What did not stop in order is named. */
  stop(): Promise<string[]>;
}

export async function startKit(env: CliEnv): Promise<ChaosKit> {
  const ending = new AbortController();
  const { signal } = ending;
  const tell = (line: string) => console.error(`  ${line.split('\n')[0]}`);
  const pace = { signal, tell, pauseMs: 100, soundAfterMs: 2_000 };
  const [servingPort, controllerPort] = await freePorts(2);
  const broker = await openBroker(env);
  const current = new Map<Kind, Child>();
  const killed = new Map<Kind, number>();
  const kept: Promise<void>[] = [keepBroker(broker, env, { signal, tell, pauseMs: 300 })];

  async function keep(kind: Kind, start: () => Promise<Child>): Promise<void> {
    const again = async () => {
      const child = await start();
      current.set(kind, child);
      return child;
    };
    kept.push(keepUp(await again(), again, pace));
  }
  await keep('serving', () => startServing(env, servingPort!, signal, loopVariables(broker)));
  await keep('controller', () =>
    startController(env, { brokerUrl: broker.url, port: controllerPort! }, signal, {
      CONTROLLER_TICK_MS: '500',
    }),
  );
  await keep('trainer', () => startTrainer(env, broker.url, signal, { patienceSeconds: 2 }));

  const servingUrl = `http://127.0.0.1:${servingPort}`;
  const controllerUrl = `http://127.0.0.1:${controllerPort}`;
  const pidOf = (kind: Kind) => (kind === 'broker' ? brokerPid(env.home) : current.get(kind)!.pid);
  const works: Record<Kind, () => Promise<boolean>> = {
    serving: () => isReady(`${servingUrl}/v2/health/ready`),
    controller: async () => {
      const answer = await fetch(`${controllerUrl}/v1/status`);
      const { leads, last } = (await answer.json()) as { leads: boolean; last: object | null };
      return leads && last !== null;
    },
    trainer: async () => true, // it has said so before it became the current one
    broker: () => isReady(`${controllerUrl}/v1/retrainings`),
  };

  return {
    servingUrl,
    controllerUrl,
    brokerUrl: broker.url,
    kill(kind) {
      const pid = pidOf(kind);
      if (pid === undefined) throw new Error(`There is no ${kind} to kill.`);
      killed.set(kind, pid);
      process.kill(pid, 'SIGKILL');
      return performance.now();
    },
    async isBack(kind) {
      const pid = pidOf(kind);
      return pid !== undefined && pid !== killed.get(kind) && (await works[kind]().catch(() => false));
    },
    async stop() {
      ending.abort();
      const ends = await Promise.allSettled([...kept, broker.stop()]);
      return ends.flatMap((end) => (end.status === 'rejected' ? [messageOf(end.reason)] : []));
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  return (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
}

/** The server whose command line names this folder: no other process does. */
function brokerPid(home: string): number | undefined {
  const data = join(home, 'broker', 'redis');
  const found = readdirSync('/proc').find((name) => /^\d+$/.test(name) && isBroker(name, data));
  return found === undefined ? undefined : Number(found);
}

function isBroker(pid: string, data: string): boolean {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return /(redis|valkey)-server/.test(words[0]!) && words.includes(data);
  } catch {
    return false; // it has just ended
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
