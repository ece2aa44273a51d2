// The log file of a child process: where it writes, and what its last words were when it ended badly.

import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { asStateError, FlightdeckError } from '@flightdeck/core';

export interface ChildLog {
  readonly path: string;
  readonly descriptor: number;
  /** Everything that was written since it was opened. */
  read(): string;
  close(): void;
}

/** A log that has grown past this is put aside as `.1` at the next start. */
const rotateAt = 10_000_000;

/** Opens the file to append. STATE_NOT_WRITABLE, DISK_FULL. */
export function openChildLog(path: string): ChildLog {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > rotateAt) renameSync(path, `${path}.1`);
    const descriptor = openSync(path, 'a');
    const start = fstatSync(descriptor).size;
    return {
      path,
      descriptor,
      read: () => readFileSync(path).subarray(start).toString(),
      close: () => closeSync(descriptor),
    };
  } catch (error) {
    throw asStateError(error, path);
  }
}

/** The last lines, indented. */
export function tailOf(text: string, lines = 12): string {
  const last = text.trimEnd().split('\n').slice(-lines);
  return last.map((line) => `    ${line}`).join('\n');
}

/**
 * What a process that did not come up said was wrong, in its own code and words: the last line that is "CODE: message" or JSON with
 * `code` and `msg`. Null where it said nothing of the kind.
 */
export function lastErrorIn(text: string): FlightdeckError | null {
  for (const line of text.trimEnd().split('\n').reverse()) {
    const [, code, message] = /^([A-Z][A-Z0-9_]+): (.+)$/.exec(line) ?? fromJson(line) ?? [];
    if (code !== undefined && message !== undefined) return new FlightdeckError(code, message);
  }
  return null;
}

function fromJson(line: string): [string, string, string] | null {
  if (!line.startsWith('{')) return null;
  try {
    const { code, msg } = JSON.parse(line) as { code?: unknown; msg?: unknown };
    return typeof code === 'string' && typeof msg === 'string' ? [line, code, msg] : null;
  } catch {
    return null; // a line cut short
  }
}
