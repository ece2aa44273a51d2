// How a command fails: one line on stderr that names the thing and the remedy, and an exit code. The only file that knows both.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { CommanderError } from 'commander';
import { exitCodes } from './context.ts';
import { Interrupted } from './kit/interruption.ts';
import type { Terminal } from './terminal.ts';

const usageCodes = ['USAGE', 'ENV_INVALID'];

/**
 * Prints the failure ("error CODE: message", or `{"error":{"code","message"}}` where JSON was asked for) and returns the exit
 * code: 1 failed, 2 wrong usage or environment, 130 and 143 interrupted as shells count it. A stack trace only with DEBUG.
 */
export function reportFailure(
  error: unknown,
  terminal: Pick<Terminal, 'note'>,
  { json, debug }: { json: boolean; debug: boolean },
): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok; // --help, --version
  const { code, message, exitCode } = failureOf(error);
  terminal.note(json ? JSON.stringify({ error: { code, message } }) : `error ${code}: ${message}`);
  if (debug && error instanceof Error) terminal.note(String(error.stack));
  return exitCode;
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: number;
}

function failureOf(error: unknown): Failure {
  if (error instanceof Interrupted) {
    return { code: 'INTERRUPTED', message: error.message, exitCode: error.exitCode };
  }
  if (error instanceof FlightdeckError) {
    const exitCode = usageCodes.includes(error.code) ? exitCodes.usage : exitCodes.failed;
    return { code: error.code, message: error.message, exitCode };
  }
  if (error instanceof CommanderError) {
    return { code: 'USAGE', message: usageMessage(error), exitCode: exitCodes.usage };
  }
  const message = `${messageOf(error)} (a bug in the kit: set DEBUG=1 to see where)`;
  return { code: 'INTERNAL', message, exitCode: exitCodes.failed };
}

function usageMessage({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'A command is missing. The list above names them.';
  return `${message.replace(/^error: /, '').replace(/\.?$/, '.')} See \`npx flightdeck --help\`.`;
}
