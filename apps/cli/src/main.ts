#!/usr/bin/env node
// The process: reads the environment, runs one command line, and leaves its exit code.

import { systemClock } from '@flightdeck/core';
import type { CliContext } from './context.ts';
import { type CliEnv, readCliEnv } from './env.ts';
import { reportFailure } from './failure.ts';
import { runCommandLine } from './program.ts';
import { processTerminal } from './terminal.ts';

const words = process.argv.slice(2);
process.exitCode = await main();

async function main(): Promise<number> {
  let env: CliEnv;
  try {
    env = readCliEnv(process.env);
  } catch (error) {
    return reportFailure(error, processTerminal(false), { json: words.includes('--json'), debug: false });
  }
  const context: CliContext = { env, terminal: processTerminal(env.colours), clock: systemClock };
  return runCommandLine(words, context);
}
