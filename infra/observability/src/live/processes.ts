// Programs that a test runs beside itself: started, listened to until they say what is waited for, and stopped with all they started.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

export interface Program {
  /** The first match in what it has said, or is yet to say. Rejects with the end of that where it ends before. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
  stop(): Promise<void>;
}

export function startProgram(command: string, args: readonly string[], env: NodeJS.ProcessEnv): Program {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data) => {
      words += data;
      for (const listener of listeners) listener();
    });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const listener = () => {
          const found = pattern.exec(words);
          if (found) resolve(found);
        };
        listeners.add(listener);
        listener();
        void ended.then(() => reject(new Error(`${command} ended: ${words.slice(-2_000)}`)));
      }),
    async stop() {
      child.kill('SIGINT');
      await ended;
    },
  };
}

/** Runs it to its end. */
export async function runProgram(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const program = startProgram(command, args, env);
  const everything = program.said(/\0/); // which nobody says, so that it rejects with the last words
  everything.catch(() => {});
  const code = await program.ended;
  if (code !== 0) await everything;
}

/** One that is free at this moment; whoever asks takes it soon. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
