// A server in a process of its own, with the processor time and the memory that it takes.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';

export interface ServerProcess extends AsyncDisposable {
  readonly port: number;
  readonly child: ChildProcess;
  /** Of the process and its children, so far. Linux only; NaN elsewhere. */
  cpuSeconds(): number;
  rssBytes(): number;
}

/** Starts `script`, which sends `{ listening: url }` when it does. */
export async function startServer(
  script: string,
  variables: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  const child = fork(script, {
    // The registry that is measured is below the home, whatever the user's own is.
    env: { ...process.env, DATABASE_URL: '', ARTIFACTS_URL: '', ...variables },
    // As serving's npm script has it. What serving is compared with gets the same.
    execArgv: ['--max-semi-space-size=64'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exit = once(child, 'exit');
  const [message] = (await Promise.race([once(child, 'message'), exit])) as [{ listening: string } | number];
  if (typeof message !== 'object') throw new Error(`${script} ended with ${message} before it listened.`);
  const pids = () => withDescendants(child.pid!);
  return {
    port: Number(new URL(message.listening).port),
    child,
    cpuSeconds: () => sum(pids(), (pid) => processorTicks(pid) / 100),
    rssBytes: () => sum(pids(), residentBytes),
    async [Symbol.asyncDispose]() {
      child.kill();
      await exit;
    },
  };
}

/** Serving over a state directory, on a port of its own, with so many workers. */
export function startServing(
  home: string,
  workers: number,
  variables: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  return startServer(join(repositoryRoot, 'apps/serving/src/main.ts'), {
    FLIGHTDECK_HOME: home,
    SERVING_PORT: '0',
    SERVING_WORKERS: String(workers),
    SERVING_MAX_INSTANCES: '2048',
    LOG_LEVEL: 'warn',
    ...variables,
  });
}

/** Resolves when every endpoint of the server has a model. */
export async function whenReady({ port }: ServerProcess): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/v2/health/ready`);
    if (answer.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function withDescendants(root: number): number[] {
  const pids = [root];
  if (process.platform !== 'linux') return pids;
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), parent: Number(statOf(Number(name))?.[1]) }));
  for (const pid of pids) pids.push(...parents.filter(({ parent }) => parent === pid).map((one) => one.pid));
  return pids;
}

/** The fields of /proc/PID/stat from the state on (proc(5), field 3). */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** utime and stime, in ticks of 10 ms. */
function processorTicks(pid: number): number {
  const stat = statOf(pid);
  return stat ? Number(stat[11]) + Number(stat[12]) : Number.NaN;
}

function residentBytes(pid: number): number {
  const stat = statOf(pid);
  return stat ? Number(stat[21]) * 4096 : Number.NaN;
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  return pids.reduce((total, pid) => total + of(pid), 0);
}
