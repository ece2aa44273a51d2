// A server that gets its connections from elsewhere should be no different from one that listens itself.

import { once } from 'node:events';
import { createServer as createHttpServer, type Server, type ServerOptions } from 'node:http';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type ConnectionTaking, connectionTaking } from './connection-taking.ts';
import type { ConnectionReport } from './messages.ts';

interface Taking {
  readonly http: Server;
  readonly taking: ConnectionTaking;
  readonly reports: readonly ConnectionReport[];
  /** Resolves once a connection has been reported so. */
  reported(what: keyof ConnectionReport, id: number): Promise<void>;
  open(): Socket;
}

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function startTaking(options: ServerOptions = {}): Promise<Taking> {
  const http = createHttpServer(options);
  const reports: ConnectionReport[] = [];
  let onReport = Promise.withResolvers<void>();
  const taking = connectionTaking(http, (report) => {
    reports.push(report);
    onReport.resolve();
    onReport = Promise.withResolvers();
  });
  let id = 0;
  const port = createServer((socket) => taking.take(++id, socket)).listen(0, '127.0.0.1');
  await once(port, 'listening');
  const clients: Socket[] = [];
  closers.push(() => {
    for (const client of clients) client.destroy();
    port.close();
    http.close();
  });
  return {
    http,
    taking,
    reports,
    async reported(what, wanted) {
      while (!reports.some((report) => report[what].includes(wanted))) await onReport.promise;
    },
    open() {
      const client = connect((port.address() as AddressInfo).port, '127.0.0.1');
      client.on('error', () => {});
      clients.push(client);
      return client;
    },
  };
}

async function textOf(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const request = (connection: 'close' | 'keep-alive') =>
  `GET / HTTP/1.1\r\nhost: localhost\r\nconnection: ${connection}\r\n\r\n`;

test('a connection is received before it is read, read before it is answered, and closed at the end', async () => {
  const { http, reports, open } = await startTaking();
  const before: unknown[] = [];
  http.on('request', (_request, response) => {
    before.push(...reports.map(({ read }) => read));
    response.end('hello');
  });
  const client = open();
  client.write(request('close'));
  expect(await textOf(client)).toContain('hello');
  expect(before.at(-1)).toEqual([1]);
  const flat = (what: keyof ConnectionReport) => reports.flatMap((report) => report[what]);
  while (flat('closed').length === 0) await new Promise(setImmediate);
  expect([flat('received'), flat('read'), flat('closed')]).toEqual([[1], [1], [1]]);
});

test('half a head is not read, and the second request of a connection is nothing to report', async () => {
  const { http, reports, reported, open } = await startTaking();
  http.on('request', (_request, response) => response.end());
  const client = open();
  client.write(request('keep-alive').slice(0, 20));
  await reported('received', 1);
  expect(reports.flatMap(({ read }) => read)).toEqual([]);
  client.write(request('keep-alive').slice(20));
  await once(client, 'data');
  client.write(request('close'));
  expect(await textOf(client)).toContain('200 OK');
  expect(reports.flatMap(({ read }) => read)).toEqual([1]);
});

test('a connection that was closed on its way is received and closed', async () => {
  const { taking, reported } = await startTaking();
  taking.take(7, undefined);
  await reported('received', 7);
  await reported('closed', 7);
});

test('a client that does not finish its headers is sent away in time', async () => {
  const { reported, open } = await startTaking({ headersTimeout: 30, connectionsCheckingInterval: 10 });
  const client = open();
  client.write('GET / HTTP/1.1\r\nhost: lo');
  expect(await textOf(client)).toContain('408 Request Timeout');
  await reported('closed', 1);
});

test('a client that sends nothing at all is sent away in time', async () => {
  const { reported, open } = await startTaking({ headersTimeout: 30, connectionsCheckingInterval: 10 });
  await textOf(open());
  await reported('closed', 1);
});

test('a kept connection is closed when nothing comes for a while', async () => {
  const { http, reported, open } = await startTaking({ keepAliveTimeout: 10, keepAliveTimeoutBuffer: 0 });
  http.on('request', (_request, response) => response.end());
  const client = open();
  client.write(request('keep-alive'));
  await textOf(client);
  await reported('closed', 1);
});

test('closing ends idle connections at once, lets answers end, and is over when they have', async () => {
  const { http, taking, open } = await startTaking();
  const answering = Promise.withResolvers<() => void>();
  http.on('request', ({ url }, response) => {
    if (url === '/slow') answering.resolve(() => response.end('late'));
    else response.end();
  });
  const idle = open();
  idle.write(request('keep-alive'));
  await once(idle, 'data');
  const busy = open();
  busy.write(request('close').replace('/', '/slow'));
  const answer = await answering.promise;

  http.close();
  await textOf(idle);
  let isOver = false;
  const over = taking.drained().then(() => {
    isOver = true;
  });
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  answer();
  expect(await textOf(busy)).toContain('late');
  await over;
});

test('without a connection there is nothing to wait for', async () => {
  const { taking } = await startTaking();
  await taking.drained();
});

test("over the server's limit a connection is closed at once", async () => {
  const { http, open, reported } = await startTaking();
  http.maxConnections = 1;
  open();
  await reported('received', 1);
  await textOf(open());
  await reported('closed', 2);
});

test('a client that closes its half after the request gets what it gets from a server that listens', async () => {
  const { http, open } = await startTaking();
  const listening = createHttpServer().listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const answers: Promise<string>[] = [];
  for (const server of [http, listening]) {
    server.on('request', (_request, response) => void setImmediate(() => response.end('answer')));
    const client = server === http ? open() : connect((listening.address() as AddressInfo).port, '127.0.0.1');
    client.on('error', () => {});
    client.end(request('close'));
    answers.push(textOf(client));
  }
  const [taken, listened] = await Promise.all(answers);
  const withoutDate = (text: string) => text.replace(/^Date: .*\r\n/m, '');
  expect(withoutDate(taken!)).toBe(withoutDate(listened!));
  listening.close();
});
