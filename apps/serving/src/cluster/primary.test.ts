// Several event loops as the real processes that they are: what crashes, stops and signals do to them, and to those who ask.

import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { isSystemError } from '@flightdeck/core';
import { openDatabase } from '@flightdeck/dataset';
import { openPredictionRecords } from '@flightdeck/monitoring';
import { expect, test, vi } from 'vitest';
import { readOpenMetrics } from '../metrics/open-metrics.fixture.ts';
import { promoteSum, registerSum, temporaryRegistry } from '../sum-model.fixture.ts';
import {
  beginRequest,
  body,
  failure,
  head,
  launch,
  received,
  type ServingProcess,
  start,
} from './serving-process.fixture.ts';

// Three processes start in about two seconds, on a busy machine in several.
vi.setConfig({ testTimeout: 60_000 });

const two = { SERVING_WORKERS: '2' };

/** An instance of two workers that both serve the sum. */
async function startTwo(home: string, variables: Readonly<Record<string, string>> = {}) {
  const serving = await start(home, { ...two, ...variables });
  const pids = await Promise.all([1, 2].map((worker) => loaded(serving, worker)));
  await ready(serving);
  return { serving, pids };
}

/** The pid of a worker that has loaded its model. */
async function loaded(serving: ServingProcess, worker: number): Promise<number> {
  return (await serving.line((line) => line.msg === 'model loaded' && line.worker === worker)).pid;
}

const get = (serving: ServingProcess, path: string, headers: Record<string, string> = {}) =>
  fetch(`http://127.0.0.1:${serving.port}${path}`, { headers });

/** Asks until it is so; each answer is an event of its own. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo()));
}

const ready = (serving: ServingProcess) => until(async () => (await get(serving, '/v2/health/ready')).ok);

async function current(serving: ServingProcess, series: string): Promise<number> {
  const text = await (await get(serving, '/metrics')).text();
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${series} `));
  return Number(line?.split(' ').at(-1));
}

/** Stops a process until the test is over; one that has been killed meanwhile stays so. */
function stopped(pid: number): Disposable {
  process.kill(pid, 'SIGSTOP');
  const resume = () => {
    try {
      process.kill(pid, 'SIGCONT');
    } catch (error) {
      if (!isSystemError(error, 'ESRCH')) throw error;
    }
  };
  return { [Symbol.dispose]: resume };
}

const predictions = 'flightdeck_predictions_total{model="sum",version="1"}';

function send(serving: ServingProcess, ...headers: string[]): Socket {
  const socket = connect(serving.port, '127.0.0.1');
  socket.write(head(...headers) + body);
  return socket;
}

/** A prediction over a connection of its own, which stays open. */
async function predict(serving: ServingProcess): Promise<Socket> {
  const socket = send(serving);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(String(answer)).toContain('200 OK');
  return socket;
}

test('a worker that cannot start ends the instance with exit code 1', async () => {
  await using state = await temporaryRegistry();
  const home = join(state.home, 'a-file');
  writeFileSync(home, '');
  await using launched = launch(home, two);
  // The second worker may say why it cannot start after the primary has said that the first one could not.
  const { code, codes } = await failure(launched);
  expect(code).toBe(1);
  expect(codes).toContain('WORKER_START_FAILED');
});

test('a port in use ends the instance before a worker is started', async () => {
  await using state = await temporaryRegistry();
  await using holder = await start(state.home);
  await using launched = launch(state.home, { ...two, SERVING_PORT: String(holder.port) });
  expect(await failure(launched)).toMatchObject({ code: 1, error: { code: 'PORT_IN_USE' } });
});

test('what a stopped worker was given and has not read is answered by another one once it is killed', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving, pids } = await startTwo(state.home);
  await using _ = serving;
  const kept = await predict(serving);
  const others = [await predict(serving), await predict(serving)];

  using _stopped = stopped(pids[0]!);
  const requests = Array.from({ length: 20 }, () => send(serving, 'connection: close'));
  let answered = 0;
  const answers = requests.map(async (socket) => {
    const text = await received(socket);
    answered++;
    return text;
  });
  // One of these connections is with the living worker: when it has an answer, those that came before have theirs.
  for (const socket of [kept, ...others]) socket.write(head() + body);
  await Promise.race([kept, ...others].map((socket) => once(socket, 'data')));
  expect(answered).toBeLessThan(requests.length);
  for (const socket of [kept, ...others]) socket.on('error', () => {});

  process.kill(pids[0]!, 'SIGKILL');
  for (const answer of await Promise.all(answers)) expect(answer).toContain('200 OK');
});

test('a worker that crashes is replaced, the instance stays ready, and no count goes backwards', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving, pids } = await startTwo(state.home);
  await using _ = serving;
  for (let i = 0; i < 10; i++) (await predict(serving)).destroy();
  expect(await current(serving, predictions)).toBe(10);

  process.kill(pids[1]!, 'SIGKILL');
  const crashed = await serving.line(({ msg }) => msg.startsWith('worker crashed'));
  expect(crashed).toMatchObject({ worker: 2, how: 'SIGKILL' });
  expect((await get(serving, '/v2/health/ready')).status).toBe(200);
  expect(await current(serving, predictions)).toBe(10);
  expect(await current(serving, 'flightdeck_worker_restarts_total')).toBe(1);

  await loaded(serving, 3);
  await until(async () => (await current(serving, 'flightdeck_serving_workers{state="taking"}')) === 2);
  const sockets = [await predict(serving), await predict(serving)];
  expect(await current(serving, predictions)).toBe(12);
  expect((await get(serving, '/v2/health/ready')).status).toBe(200);
  for (const socket of sockets) socket.destroy();
});

test('workers that crash again and again end the instance with an error that says so', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving, pids } = await startTwo(state.home);
  await using _ = serving;
  const ended = failure(serving);
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  for (let worker = 3; worker <= 6; worker++) {
    const { workerPid } = await serving.line(
      (line) => line.msg === 'worker started' && line.worker === worker,
    );
    process.kill(workerPid as number, 'SIGKILL');
  }
  expect(await ended).toMatchObject({ code: 1, error: { code: 'WORKERS_CRASH' } });
});

test('one scrape has the metrics of all workers, in both formats, and waits for none that is stopped', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving, pids } = await startTwo(state.home);
  await using _ = serving;
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const sockets = [await predict(serving), await predict(serving)];
  const traced = send(serving, `traceparent: 00-${traceId}-00f067aa0ba902b7-01`, 'connection: close');
  expect(await received(traced)).toContain(`traceparent: 00-${traceId}-`);

  const openMetrics = await get(serving, '/metrics', { accept: 'application/openmetrics-text' });
  const families = readOpenMetrics(await openMetrics.text());
  const values = (name: string) => families.get(name)?.samples.map(({ value }) => value);
  expect(values('flightdeck_predictions')).toEqual([3]);
  expect(values('flightdeck_model_info')).toEqual([1]);
  // Loads that succeeded, and those that failed.
  expect(values('flightdeck_model_loads')).toEqual([2, 0]);
  expect(values('flightdeck_serving_workers')).toEqual([2, 0]);
  // The golden rows, which each worker runs when it loads the model, are runs too.
  expect(values('flightdeck_run_rows')!.at(-1)).toBeGreaterThanOrEqual(3);
  const exemplars = families
    .get('http_request_duration_seconds')!
    .samples.flatMap(({ exemplar }) => exemplar ?? []);
  expect(exemplars.map(({ labels }) => labels.trace_id)).toEqual([traceId]);

  // One of the two connections is with the living worker.
  using _stopped = stopped(pids[0]!);
  for (const socket of sockets)
    socket.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
  expect(await Promise.race(sockets.map(received))).toContain(`\n${predictions} 3\n`);
});

test('the instance is live before it is ready, and ready when all of its workers are', async () => {
  await using state = await temporaryRegistry();
  await using serving = await start(state.home, two);
  expect((await get(serving, '/v2/health/live')).status).toBe(200);
  expect((await get(serving, '/v2/health/ready')).status).toBe(503);
  await promoteSum(state.registry);
  await ready(serving);
  const sockets = await Promise.all([1, 2, 3, 4].map(() => predict(serving)));
  for (const socket of sockets) socket.destroy();
});

test('what one worker is told to serve, all of them serve by the time it answers', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving } = await startTwo(state.home, { SERVING_POLL_MS: '60000' });
  await using _ = serving;
  await registerSum(state.registry, { model: 'another' });
  const url = `http://127.0.0.1:${serving.port}`;
  const headers = { 'content-type': 'application/json' };
  const loading = await fetch(`${url}/v2/repository/models/another/load`, {
    method: 'POST',
    headers,
    body: '{}',
  });
  expect(loading.status).toBe(200);
  const sockets = Array.from({ length: 4 }, () => connect(serving.port, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  const answers = sockets.map((socket) => {
    socket.write(head('connection: close').replace('sum', 'another') + body);
    return received(socket);
  });
  for (const answer of await Promise.all(answers)) expect(answer).toContain('200 OK');
});

test('SIGTERM: all workers answer what they have accepted, and end; their own signals do not hurry them', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving, pids } = await startTwo(state.home);
  await using _ = serving;
  const sockets = [await beginRequest(serving.port), await beginRequest(serving.port)];
  for (const pid of pids) {
    process.kill(pid, 'SIGTERM');
    process.kill(pid, 'SIGINT');
  }
  serving.child.kill('SIGTERM');
  await serving.line(({ msg }) => msg.startsWith('stopping'));
  for (const socket of sockets) socket.write(body);
  // Each connection is closed behind its answer, or this would not end.
  for (const answer of await Promise.all(sockets.map(received))) expect(answer).toContain('200 OK');
  expect(await serving.exit).toBe(0);
  await serving.silence;
});

test('a worker that cannot end any more is killed when its time is over', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving, pids } = await startTwo(state.home, { SERVING_GRACE_MS: '0' });
  await using _ = serving;
  using _stopped = stopped(pids[0]!);
  serving.child.kill('SIGTERM');
  expect(await serving.exit).toBe(0);
  await serving.silence;
});

test('the same signal a second time ends all of it at once', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving } = await startTwo(state.home);
  await using _ = serving;
  const socket = await beginRequest(serving.port);
  socket.on('error', () => {});
  serving.child.kill('SIGINT');
  await serving.line(({ msg }) => msg.startsWith('stopping'));
  serving.child.kill('SIGINT');
  expect(await serving.exit).toBe(130);
  await serving.silence;
});

test.each([
  ['is killed', (serving: ServingProcess) => serving.child.kill('SIGKILL')],
  ['loses the process that started it', (serving: ServingProcess) => serving.child.disconnect()],
])('no worker is left when the primary %s', async (_how, end) => {
  await using state = await temporaryRegistry();
  await using serving = await start(state.home, two);
  end(serving);
  await serving.silence;
});

test('what a worker has answered is in the prediction log, though its primary was killed in that moment', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving } = await startTwo(state.home, { SERVING_PREDICTION_LOG_BYTES: '1000000000' });
  await using _ = serving;
  await predict(serving);
  serving.child.kill('SIGKILL');
  await serving.silence;
  const database = await openDatabase();
  const records = await openPredictionRecords(database, { home: state.home, model: 'sum' });
  expect(await database.rows('select failure from predictions')).toEqual([{ failure: null }]);
  records.close();
  await database.close();
});

const hasProc = process.platform === 'linux';
if (!hasProc) console.warn('There is no /proc here: file descriptors are not counted.');

test.skipIf(!hasProc)('ten thousand connections leave no file descriptor behind', async () => {
  await using state = await temporaryRegistry();
  await promoteSum(state.registry);
  const { serving, pids } = await startTwo(state.home);
  await using _ = serving;
  const descriptors = () => [serving.child.pid!, ...pids].map((pid) => readdirSync(`/proc/${pid}/fd`).length);
  const connections = async (count: number) => {
    const one = async () => {
      const socket = connect(serving.port, '127.0.0.1');
      socket.write('GET /v2/health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
      expect(await received(socket)).toContain('200 OK');
    };
    for (let i = 0; i < count; i += 100) await Promise.all(Array.from({ length: 100 }, one));
  };
  await connections(200);
  const before = descriptors();
  await connections(10_000);
  await until(async () => {
    await get(serving, '/v2/health/live');
    return descriptors().every((count, i) => count <= before[i]! + 2);
  });
});
