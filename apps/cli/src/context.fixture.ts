// What the CLI's tests start from: a context on a fresh state directory whose terminal remembers what was written, and a small
// registry in it.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualClock } from '@flightdeck/core';
import { bundleFiles, type GoldenRows, openRegistry, type Registry } from '@flightdeck/registry';
import pc from 'picocolors';
import { onTestFinished } from 'vitest';
import type { CliContext } from './context.ts';
import { readCliEnv } from './env.ts';
import { runCommandLine } from './program.ts';

export interface Ran {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

export interface TestCli {
  readonly home: string;
  readonly context: CliContext;
  run(...words: string[]): Promise<Ran>;
}

/** A CLI whose state directory is gone when the test is over. */
export async function testCli(variables: NodeJS.ProcessEnv = {}): Promise<TestCli> {
  const home = await temporaryFolder();
  const written = { output: '', errors: '' };
  const context: CliContext = {
    env: readCliEnv({ FLIGHTDECK_HOME: home, ...variables }),
    terminal: {
      print: (text) => {
        written.output += `${text}\n`;
      },
      note: (text) => {
        written.errors += `${text}\n`;
      },
      interactive: false,
      colours: pc.createColors(false),
    },
    clock: manualClock(Date.UTC(2026, 0, 2, 3, 4)),
  };
  return {
    home,
    context,
    async run(...words) {
      Object.assign(written, { output: '', errors: '' });
      const exitCode = await runCommandLine(words, context);
      return { exitCode, ...written };
    },
  };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'flightdeck-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Two finished runs and a failed one of the model "toy"; versions 1 and 2, of which 1 was champion and 2 is. */
export async function fillRegistry({ home, context }: TestCli): Promise<void> {
  const registry = await openRegistry({ home, clock: context.clock });
  try {
    for (const version of [1, 2]) await addVersion(registry, version);
    await registry.runs.start({ id: 'run-3', model: 'toy', parameters: { rows: 500 }, lineage: {} });
    await registry.runs.fail('run-3', { code: 'DISK_FULL', message: 'No space left.' });
  } finally {
    await registry.close();
  }
}

async function addVersion(registry: Registry, number: number): Promise<void> {
  const runId = `run-${number}`;
  const lineage = { seed: number, backend: 'wasm' };
  await registry.runs.start({ id: runId, model: 'toy', parameters: { rows: null }, lineage });
  await registry.runs.logMetrics(runId, [
    { name: 'trainingLoss', step: 1, value: 0.5 },
    { name: 'validationLoss', step: 1, value: 0.25 * number },
  ]);
  const metrics = { rocAuc: 0.7 + number / 100, logLoss: 0.3 };
  await registry.runs.finish(runId, metrics);
  const golden: GoldenRows = { tolerance: 1e-5, rows: [{ input: { size: number }, probability: 0.5 }] };
  const { version } = await registry.versions.register({
    model: 'toy',
    runId,
    files: { [bundleFiles.golden]: JSON.stringify(golden), [bundleFiles.modelCard]: '# Toy\n' },
    metrics,
    gate: { verdict: 'pass', reasons: ['It is better.'] },
    createdBy: 'trainer',
  });
  await registry.aliases.set({
    model: 'toy',
    alias: 'champion',
    version,
    actor: 'ada',
    reason: 'it is better',
  });
}
