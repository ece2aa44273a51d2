// The real process: what signals, a taken port and a moving alias do to it.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test, vi } from 'vitest';
import { promoteSum, temporaryRegistry } from './sum-model.fixture.ts';

interface Launched extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly exit: Promise<number | null>;
}

interface Serving extends Launched {
  readonly port: number;
  /** The first log line, from the start on, that satisfies this. */
  line(wanted: (line: LogLine) => boolean): Promise<LogLine>;
}

type LogLine = Record<string, unknown> & { msg: string };

// A process starts in about a second, on a busy machine in several.
vi.setConfig({ testTimeout: 60_000 });

function launch(home: string, variables: Record<string, string> = {}): Launched {
  const settings = { FLIGHTDECK_HOME: home, SERVING_PORT: '0', SERVING_POLL_MS: '20', LOG_LEVEL: 'info' };
  const child = fork(join(import.meta.dirname, 'main.ts'), {
    env: { ...process.env, ...settings, ...variables },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const dispose = async () => {
    child.kill('SIGKILL');
    await exit;
  };
  return { child, exit, [Symbol.asyncDispose]: dispose };
}

async function start(home: string, variables: Record<string, string> = {}): Promise<Serving> {
  const launched = launch(home, variables);
  const lines: LogLine[] = [];
  const output = createInterface({ input: launched.child.stdout! });
  output.on('line', (line) => lines.push(JSON.parse(line) as LogLine));
  const [{ listening }] = (await once(launched.child, 'message')) as [{ listening: string }];
  const line: Serving['line'] = async (wanted) => {
    for (;;) {
      const found = lines.find(wanted);
      if (found) return found;
      await once(output, 'line');
    }
  };
  return { ...launched, port: Number(new URL(listening).port), line };
}

/** The exit code, and the one JSON line on stderr, of a process that does not come up. */
async function failedStart({ child, exit }: Launched) {
  const text = Buffer.concat(await child.stderr!.toArray()).toString();
  return { code: await exit, error: JSON.parse(text) as { code: string; msg: string } };
}

/** The text of everything a socket receives until the other side closes it. */
async function received(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const body = JSON.stringify({ instance: { a: 0, b: 0 } });
/** `Expect: 100-continue` makes the server say when it has accepted the request, before the body is sent. */
const head = [
  'POST /v1/models/sum/predict HTTP/1.1',
  'host: localhost',
  'content-type: application/json',
  `content-length: ${body.length}`,
  'expect: 100-continue',
  '\r\n',
].join('\r\n');

async function beginRequest(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.write(head);
  const [first] = (await once(socket, 'data')) as [Buffer];
  expect(first.toString()).toContain('100 Continue');
  return socket;
}

test('a wrong variable ends the process with its name and exit code 1', async () => {
  await using state = await temporaryRegistry();
  await using launched = launch(state.home, { SERVING_MAX_INSTANCES: 'many' });
  expect(await failedStart(launched)).toMatchObject({
    code: 1,
    error: { code: 'ENV_INVALID', msg: expect.stringContaining('SERVING_MAX_INSTANCES') },
  });
});

test('a port in use ends the process with the port, the remedy and exit code 1', async () => {
  await using state = await temporaryRegistry();
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const port = String((holder.address() as AddressInfo).port);
  await using launched = launch(state.home, { SERVING_PORT: port });
  expect(await failedStart(launched)).toMatchObject({
    code: 1,
    error: {
      code: 'PORT_IN_USE',
      msg: expect.stringMatching(new RegExp(`Port ${port} .* set SERVING_PORT`)),
    },
  });
  holder.close();
});

test('an address that is not of this machine is refused with the variable to change', async () => {
  await using state = await temporaryRegistry();
  await using launched = launch(state.home, { SERVING_HOST: '203.0.113.7' });
  expect(await failedStart(launched)).toMatchObject({
    code: 1,
    error: { code: 'ADDRESS_NOT_USABLE', msg: expect.stringContaining('SERVING_HOST') },
  });
});

test('SIGTERM while a request is under way: it is answered, and the process exits with 0', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  await using serving = await start(state.home);
  await serving.line(({ msg }) => msg === 'model loaded');

  const socket = await beginRequest(serving.port);
  serving.child.kill('SIGTERM');
  await serving.line(({ msg }) => msg.startsWith('stopping'));
  socket.write(body);
  const answer = await received(socket);
  expect(answer).toContain('HTTP/1.1 200 OK');
  expect(answer.toLowerCase()).toContain('connection: close');
  expect(answer).toContain('"probability":0.5');
  expect(await serving.exit).toBe(0);
});

test('a request that never ends holds a shutdown no longer than the grace period', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  await using serving = await start(state.home, { SERVING_GRACE_MS: '50' });
  await serving.line(({ msg }) => msg === 'model loaded');
  const socket = await beginRequest(serving.port);
  socket.on('error', () => {});
  serving.child.kill('SIGTERM');
  expect(await serving.exit).toBe(0);
});

test('the same signal a second time ends it at once, whatever is under way', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  await using serving = await start(state.home);
  const socket = await beginRequest(serving.port);
  socket.on('error', () => {});
  serving.child.kill('SIGINT');
  await serving.line(({ msg }) => msg.startsWith('stopping'));
  serving.child.kill('SIGINT');
  expect(await serving.exit).toBe(130);
});

test('Ctrl-C in a terminal, which a parent passes on as SIGTERM, still stops in good order', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  await using serving = await start(state.home);
  await serving.line(({ msg }) => msg === 'model loaded');
  const socket = await beginRequest(serving.port);
  serving.child.kill('SIGINT');
  await serving.line(({ msg }) => msg.startsWith('stopping'));
  serving.child.kill('SIGTERM');
  await serving.line(({ msg }) => msg === 'already stopping');
  socket.write(body);
  expect(await received(socket)).toContain('HTTP/1.1 200 OK');
  expect(await serving.exit).toBe(0);
});

test('it ends when the process that started it is gone', async () => {
  await using state = await temporaryRegistry();
  await using serving = await start(state.home);
  serving.child.disconnect();
  await serving.line(({ reason }) => reason === 'parent gone');
  expect(await serving.exit).toBe(0);
});

test('it is live before it is ready, and follows the registry without a restart', async () => {
  await using state = await temporaryRegistry();
  await using serving = await start(state.home);
  const get = (path: string) => fetch(`http://127.0.0.1:${serving.port}${path}`);
  expect((await get('/v2/health/live')).status).toBe(200);
  expect((await get('/v2/health/ready')).status).toBe(503);

  await promoteSum(state.registry, { bias: 0 });
  await serving.line(({ msg, version }) => msg === 'model loaded' && version === 1);
  expect((await get('/v2/health/ready')).status).toBe(200);

  await promoteSum(state.registry, { bias: 1 });
  await serving.line(({ msg, version }) => msg === 'model loaded' && version === 2);
  const models = (await (await get('/v1/models')).json()) as { models: { served: { version: number } }[] };
  expect(models.models[0]!.served.version).toBe(2);
});

test('every log line of a request has its id', async () => {
  await using state = await temporaryRegistry();
  await using serving = await start(state.home);
  const url = `http://127.0.0.1:${serving.port}/v1/models/none/predict`;
  const headers = { 'content-type': 'application/json', 'x-request-id': 'trace-me' };
  await fetch(url, { method: 'POST', body, headers });
  const refused = await serving.line(({ msg }) => msg === 'refused');
  expect(refused).toMatchObject({ requestId: 'trace-me', code: 'MODEL_NOT_READY' });
  const answered = await serving.line(({ msg }) => msg === 'answered');
  expect(answered).toMatchObject({ requestId: 'trace-me', method: 'POST', status: 503 });
});
