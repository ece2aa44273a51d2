// Serving as the process that it is, for tests of what only a process shows: signals, ports, crashes, logs.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Launched extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
  /** Resolves when nobody is left who could write: this process and all that it started have ended. */
  readonly silence: Promise<unknown>;
}

export interface ServingProcess extends Launched {
  readonly port: number;
  /** The first log line, from the start on, that satisfies this. */
  line(wanted: (line: LogLine) => boolean): Promise<LogLine>;
}

export type LogLine = Record<string, unknown> & { readonly msg: string; readonly pid: number };

export interface StartError {
  readonly code: string;
  readonly msg: string;
}

export function launch(home: string, variables: Readonly<Record<string, string>> = {}): Launched {
  const settings = {
    FLIGHTDECK_HOME: home,
    SERVING_PORT: '0',
    SERVING_POLL_MS: '20',
    SERVING_WORKERS: '1',
    LOG_LEVEL: 'info',
  };
  const child = fork(join(import.meta.dirname, '../main.ts'), {
    env: { ...process.env, ...settings, ...variables },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const silence = once(child.stdout!, 'end');
  const dispose = async () => {
    child.kill('SIGKILL');
    child.stdout!.resume();
    await silence;
  };
  return { child, exit, silence, [Symbol.asyncDispose]: dispose };
}

export async function start(
  home: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<ServingProcess> {
  const launched = launch(home, variables);
  const lines: LogLine[] = [];
  const output = createInterface({ input: launched.child.stdout! });
  output.on('line', (line) => lines.push(JSON.parse(line) as LogLine));
  const [{ listening }] = (await Promise.race([once(launched.child, 'message'), ended(launched)])) as [Hello];
  const line: ServingProcess['line'] = async (wanted) => {
    for (;;) {
      const found = lines.find(wanted);
      if (found) return found;
      await once(output, 'line');
    }
  };
  return { ...launched, port: Number(new URL(listening).port), line };
}

interface Hello {
  readonly listening: string;
}

async function ended({ child, exit }: Launched): Promise<never> {
  await exit;
  throw new Error(`ended before it listened: ${child.stderr!.read() ?? ''}`);
}

/** The exit code of a process that ends by itself, the last JSON line on stderr, and the codes of all, workers' included. */
export async function failure({
  child,
  exit,
}: Launched): Promise<{ code: number | null; error: StartError; codes: readonly string[] }> {
  const text = Buffer.concat(await child.stderr!.toArray()).toString();
  const errors = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StartError);
  return { code: await exit, error: errors.at(-1)!, codes: errors.map(({ code }) => code) };
}

/** The text of everything a socket receives until the other side closes it. */
export async function received(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export const body = JSON.stringify({ instance: { a: 0, b: 0 } });

/** The head of a prediction that `body` completes. */
export function head(...headers: readonly string[]): string {
  return [
    'POST /v1/models/sum/predict HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    `content-length: ${body.length}`,
    ...headers,
    '\r\n',
  ].join('\r\n');
}

/** A request that the server has accepted, and whose body is still to come. */
export async function beginRequest(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write(head('expect: 100-continue'));
  const [first] = (await once(socket, 'data')) as [Buffer];
  if (!first.toString().includes('100 Continue')) throw new Error(`not accepted: ${first}`);
  return socket;
}
