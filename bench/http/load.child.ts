// The process behind `applyLoad`: raw sockets and prepared bytes, so that one core of load can saturate one core of server.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Load, LoadResult } from './load.ts';

const [load] = (await once(process, 'message')) as [Load];
process.send!(await run(load));

interface Connection {
  socket: Socket;
  /** When the request under way was due (or sent), milliseconds; 0 when idle. */
  since: number;
  /** Bytes of the answer that are still to come; -1 while its head is incomplete. */
  missing: number;
  status: number;
  head: Buffer | null;
}

async function run(load: Load): Promise<LoadResult> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const idle: Connection[] = [];
  const state = {
    broken: 0,
    sent: 0,
    due: 0,
    turnedAway: 0,
    measuring: false,
    stopped: false,
    firstRefusal: null as string | null,
  };
  const open = load.rate !== undefined;

  const send = (connection: Connection, since: number) => {
    connection.since = since;
    connection.missing = -1;
    connection.head = null;
    connection.socket.write(load.requests[state.sent++ % load.requests.length]!);
  };
  const next = (connection: Connection) => {
    if (state.stopped) return;
    if (!open) send(connection, performance.now());
    else idle.push(connection);
  };
  const finish = (connection: Connection, body: Buffer) => {
    const now = performance.now();
    if (state.measuring) {
      statuses[connection.status] = (statuses[connection.status] ?? 0) + 1;
      if (connection.status === 200) latencies.push(now - connection.since);
      else state.firstRefusal ??= body.toString('utf8', 0, 600);
    }
    connection.since = 0;
    next(connection);
  };
  const receive = (connection: Connection, chunk: Buffer) => {
    let data = chunk;
    if (connection.missing < 0) {
      if (connection.head) data = Buffer.concat([connection.head, chunk]);
      const end = data.indexOf('\r\n\r\n');
      if (end < 0) {
        connection.head = data;
        return;
      }
      const head = data.toString('latin1', 0, end);
      connection.status = Number(head.slice(9, 12));
      connection.missing = contentLength(head) - (data.length - end - 4);
    } else {
      connection.missing -= data.length;
    }
    if (connection.missing <= 0) finish(connection, data);
  };
  const openConnection = async (): Promise<void> => {
    const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true });
    const connection: Connection = { socket, since: 0, missing: -1, status: 0, head: null };
    socket.on('data', (chunk) => receive(connection, chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (state.stopped) return;
      if (connection.since > 0 && state.measuring) state.broken++;
      const at = idle.indexOf(connection);
      if (at >= 0) idle.splice(at, 1);
      setTimeout(openConnection, 5);
    });
    await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
    if (!socket.destroyed) next(connection);
  };

  await Promise.all(Array.from({ length: load.connections }, openConnection));
  const started = performance.now();
  const arrivals = open ? setInterval(arrive, 1) : undefined;
  let arrived = 0;
  function arrive(): void {
    const now = performance.now();
    for (; arrived < ((now - started) / 1000) * load.rate!; arrived++) {
      const dueAt = started + (arrived / load.rate!) * 1000;
      if (state.measuring) state.due++;
      const connection = idle.pop();
      if (connection) send(connection, dueAt);
      else if (state.measuring) state.turnedAway++;
    }
  }

  await sleep(load.warmUpSeconds);
  state.measuring = true;
  const cpu = process.cpuUsage();
  const measured = performance.now();
  await sleep(load.seconds);
  state.measuring = false;
  const seconds = (performance.now() - measured) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  state.stopped = true;
  clearInterval(arrivals);
  return {
    seconds,
    statuses,
    broken: state.broken,
    latency: percentiles(latencies),
    latencies: Float64Array.from(latencies),
    cpuSeconds: (user + system) / 1e6,
    due: state.due,
    turnedAway: state.turnedAway,
    firstRefusal: state.firstRefusal,
  };
}

function contentLength(head: string): number {
  const match = /\r\ncontent-length: (\d+)/i.exec(head);
  if (!match) throw new Error(`An answer without content-length: ${head}`);
  return Number(match[1]);
}

function percentiles(latencies: number[]): LoadResult['latency'] {
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: sorted.at(-1) ?? 0 };
}

function sleep(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
