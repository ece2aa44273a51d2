// What every benchmark shares: a state directory that is thrown away, the machine it ran on, and results as JSON.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';

/** Seconds that `work` takes, and what it returns. */
export async function timed<Result>(
  work: () => Promise<Result>,
): Promise<{ seconds: number; result: Result }> {
  const started = performance.now();
  const result = await work();
  return { seconds: Math.round(performance.now() - started) / 1000, result };
}

export async function withTemporaryHome(work: (home: string) => Promise<void>): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'flightdeck-bench-'));
  try {
    await work(home);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Writes bench/results/NAME.json, prints it, and exits with 1 if a target is missed. */
export async function report(
  name: string,
  results: object,
  targets: Readonly<Record<string, boolean>>,
): Promise<void> {
  const machine = {
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    memoryBytes: totalmem(),
    node: process.version,
  };
  const text = JSON.stringify({ name, ...results, peakRssBytes: peakRss(), targets, machine }, null, 2);
  const folder = join(repositoryRoot, 'bench', 'results');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${text}\n`);
  console.log(text);
  if (Object.values(targets).includes(false)) process.exitCode = 1;
}

/** The most memory this process has held at a time, bytes. */
export function peakRss(): number {
  return process.resourceUsage().maxRSS * 1024;
}
