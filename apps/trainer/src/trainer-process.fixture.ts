// A trainer for tests: the real process, leading a process group of its own, so that it can be killed together with its sandbox.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isSystemError } from '@flightdeck/core';

export interface TrainerProcess {
  /** Resolves when it has said something that matches. Rejects when it ends before. */
  said(pattern: RegExp): Promise<void>;
  /** SIGKILL for the trainer and its sandbox at the same moment. Resolves when the trainer is gone. */
  kill(): Promise<void>;
  /** SIGTERM for the trainer alone. Resolves with its exit code. */
  stop(): Promise<number | null>;
  /** Halts the sandbox, so that its run stays where it is. */
  freezeSandbox(): void;
  thawSandbox(): void;
}

/** Starts the trainer with nothing but `variables` and PATH in its environment. Resolves when it is ready. */
export async function startTrainer(variables: NodeJS.ProcessEnv): Promise<TrainerProcess> {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, ...variables },
    // Should the tests themselves be killed, the end of the channel tells it to stop.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const said = listenTo(child, ended);
  await said(/Ready\./);
  return {
    said,
    async kill() {
      signalGroup(child, 'SIGKILL');
      await ended;
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
    freezeSandbox() {
      signalGroup(child, 'SIGSTOP');
      child.kill('SIGCONT');
    },
    thawSandbox: () => signalGroup(child, 'SIGCONT'),
  };
}

function signalGroup({ pid = Number.NaN }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error; // all of it has ended
  }
}

function listenTo(child: ChildProcess, ended: Promise<unknown>): TrainerProcess['said'] {
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of listeners) look();
    });
  }
  return async (pattern) => {
    const heard = Promise.withResolvers<void>();
    const look = () => pattern.test(output) && heard.resolve();
    listeners.add(look);
    look();
    const silent = ended.then(() => {
      throw new Error(`The trainer ended and had not said ${pattern}, but:\n${output}`);
    });
    await Promise.race([heard.promise, silent]).finally(() => listeners.delete(look));
  };
}
