// The kit that the console is measured on: everything that `npm start` starts, over a state directory, in processes of their own.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from '@flightdeck/core';

export interface Kit extends AsyncDisposable {
  /** Of the controller, which serves the console. */
  readonly url: string;
}

export async function startKit(home: string): Promise<Kit> {
  const { CONTROLLER_KEYS: _, ...environment } = process.env;
  const kit = spawn(process.execPath, [join(repositoryRoot, 'apps/cli/src/main.ts'), 'up', '--port', '0'], {
    env: { ...environment, FLIGHTDECK_HOME: home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(kit, 'exit');
  return {
    url: await controllerIn(kit.stdout),
    async [Symbol.asyncDispose]() {
      kit.kill('SIGTERM');
      await ended;
    },
  };
}

/** From what is printed when everything is up. */
async function controllerIn(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    const [, url] = /^\s*Controller\s+(http:\/\/\S+)/.exec(line) ?? [];
    if (url) return url;
  }
  throw new Error('The kit ended before it was up.');
}

interface Status {
  readonly last: { readonly milliseconds: number } | null;
}

/** A tick in which a report is made takes longer. */
const idleTickMs = 500;

/** Resolves when nothing is left to be reported: a controller that is new to a long history makes up for what is missing first. */
export async function untilIdle({ url }: Kit): Promise<void> {
  for (;;) {
    const status = (await (await fetch(`${url}/v1/status`)).json()) as Status;
    if (status.last !== null && status.last.milliseconds < idleTickMs) return;
    await sleep(1_000);
  }
}

export interface IdleController {
  readonly cpuShareOfACore: number;
  readonly tickMs: number;
  readonly residentBytes: number;
  readonly metricsBytes: number;
}

/** What a controller costs that has nothing to do but to look, every five seconds. */
export async function measureIdle({ url }: Kit, seconds: number): Promise<IdleController> {
  const scrape = async () => (await fetch(`${url}/metrics`)).text();
  const valueIn = (text: string, name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)![1]);
  const [before, startedAt] = [await scrape(), performance.now()];
  await sleep(1_000 * seconds);
  const [after, passed] = [await scrape(), (performance.now() - startedAt) / 1_000];
  const cpu = 'process_cpu_seconds_total';
  return {
    cpuShareOfACore: (valueIn(after, cpu) - valueIn(before, cpu)) / passed,
    tickMs: 1_000 * valueIn(after, 'flightdeck_controller_tick_seconds'),
    residentBytes: valueIn(after, 'process_resident_memory_bytes'),
    metricsBytes: after.length,
  };
}
