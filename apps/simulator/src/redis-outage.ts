// Taking a Redis away: stopping its process for a while, or killing it. Only a process that is a Redis is touched, since by the time of
// the fault the number may belong to somebody else.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { FlightdeckError, isSystemError } from '@flightdeck/core';

/** Nothing happens to a process that has ended. REDIS_NOT_FOUND when the process is something else. */
export async function signalRedis(pid: number, signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): Promise<void> {
  const command = await commandOf(pid);
  if (command === null) return;
  if (!/(redis|valkey)-server/.test(command)) {
    throw new FlightdeckError(
      'REDIS_NOT_FOUND',
      `Process ${pid} is no Redis but "${command.slice(0, 60)}". Give the plan the redisPid of the one to take away.`,
    );
  }
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error; // it has just ended
  }
}

/** Null where there is no such process, or none any more. */
async function commandOf(pid: number): Promise<string | null> {
  const line = await (process.platform === 'linux' ? fromProc(pid) : fromPs(pid));
  return line === '' ? null : line;
}

async function fromProc(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT', 'ESRCH')) return '';
    throw error;
  });
  return line.replaceAll('\0', ' ').trim();
}

async function fromPs(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,command=']);
  const listed = stdout.split('\n').map((line) => /^ *(\d+) (.*)$/.exec(line));
  return listed.find((found) => Number(found?.[1]) === pid)?.[2] ?? '';
}
