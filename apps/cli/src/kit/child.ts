// One process of the kit, started by the CLI: until it is ready, while it runs, when it ends. It has an IPC channel, whose end
// tells it that the CLI is gone, so that not even a killed CLI leaves it behind.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { FlightdeckError, repositoryRoot } from '@flightdeck/core';
import { type ChildLog, lastErrorIn, openChildLog, tailOf } from './child-log.ts';

export interface ChildPlan {
  readonly name: string;
  /** The file that Node runs. */
  readonly main: string;
  /** Options of Node's own. */
  readonly flags?: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly logFile: string;
  /** Gives up waiting to stop after so long, and kills. */
  readonly patienceMs: number;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** The message with which it said that it is ready. */
  readonly hello: unknown;
  /** Resolves when it has ended, asked or not. */
  readonly ended: Promise<Ending>;
  /** Asks it to stop and waits; kills it when it does not. Safe to call again. */
  stop(): Promise<void>;
}

export interface Ending {
  /** "exit code 1", "SIGKILL". */
  readonly how: string;
  /** The end of its log. */
  readonly lastWords: string;
}

/**
 * Starts the process and waits until it says that it is ready. When it ends instead: its own error where it gave one (PORT_IN_USE),
 * else CHILD_FAILED with the end of its log.
 *
 * It leads a process group of its own: Ctrl-C reaches the CLI alone, which then stops everything in order.
 */
export async function startChild(plan: ChildPlan, signal: AbortSignal): Promise<Child> {
  signal.throwIfAborted();
  const log = openChildLog(plan.logFile);
  const child = spawn(process.execPath, [...(plan.flags ?? []), plan.main], {
    cwd: repositoryRoot,
    env: plan.env,
    stdio: ['ignore', log.descriptor, log.descriptor, 'ipc'],
    detached: true,
  });
  log.close();
  const ended = once(child, 'exit').then(([code, byWhich]): Ending => {
    return { how: byWhich === null ? `exit code ${code}` : String(byWhich), lastWords: tailOf(log.read()) };
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const patience = new AbortController();
    await Promise.race([ended, delay(plan.patienceMs, undefined, { signal: patience.signal })]);
    patience.abort();
    child.kill('SIGKILL'); // does nothing to a process that has ended
    await ended;
  };
  const forget = () => void stop();
  signal.addEventListener('abort', forget, { once: true });
  try {
    const hello = await Promise.race([
      once(child, 'message').then(([message]) => message as unknown),
      ended.then((ending) => Promise.reject(startFailure(plan, log, ending))),
    ]);
    signal.throwIfAborted();
    return { name: plan.name, pid: child.pid!, logFile: plan.logFile, hello, ended, stop };
  } catch (error) {
    await stop();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', forget);
  }
}

/** Rejects when the process ends, which nobody asked it to: what to race against work that needs it. */
export async function unlessItEnds<Result>(child: Child, work: Promise<Result>): Promise<Result> {
  const ended = child.ended.then(({ how, lastWords }) => {
    throw new FlightdeckError(
      'CHILD_FAILED',
      `The ${child.name} ended unexpectedly (${how}). Its log, ${child.logFile}, ends with:\n${lastWords}`,
    );
  });
  return Promise.race([work, ended]);
}

function startFailure(
  { name, logFile }: ChildPlan,
  log: ChildLog,
  { how, lastWords }: Ending,
): FlightdeckError {
  const said = lastErrorIn(log.read());
  if (said) return said;
  return new FlightdeckError(
    'CHILD_FAILED',
    `The ${name} did not start (${how}). Its log, ${logFile}, ends with:\n${lastWords}`,
  );
}
