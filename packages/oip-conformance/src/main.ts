#!/usr/bin/env node
// The process: runs one command line, prints what came of it, and leaves its exit code.

import { FlightdeckError } from '@flightdeck/core';
import { type Command, parseCommandLine, usage } from './command-line.ts';
import { reportText, requirementTable } from './report.ts';
import { isBreach } from './requirement.ts';
import { requirementNames, runConformance } from './run-conformance.ts';

try {
  process.exitCode = await run(parseCommandLine(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof FlightdeckError)) throw error;
  console.error(`${error.message}${error.code === 'USAGE' ? '\n--help says more.' : ''}`);
  process.exitCode = 2;
}

async function run(command: Command): Promise<number> {
  if (command.kind !== 'run') {
    console.log(command.kind === 'help' ? usage : requirementTable(requirementNames));
    return 0;
  }
  const results = await runConformance(command.options);
  console.log(command.json ? JSON.stringify(results, null, 2) : reportText(results));
  return results.some(isBreach) ? 1 : 0;
}
