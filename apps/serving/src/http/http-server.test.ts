// The server on a real port, against clients that do not play by the rules. Timeouts are a fraction of a second here.

import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { FlightdeckError } from '@flightdeck/core';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';

const impatient = { request: 400, headers: 250, silence: 300, keepAlive: 100, check: 10 };
const patient = { request: 20_000, headers: 20_000, silence: 20_000, keepAlive: 20_000 };
/** More than the kernel takes over from a process whose client does not read. */
const hugeBytes = 32 * 1024 * 1024;

interface Running {
  readonly server: HttpServer;
  readonly port: number;
  /** The names of the requests whose handlers have begun, in order. */
  readonly begun: string[];
  /** Most handlers that were at work at once. */
  readonly peak: () => number;
  /** The server's ends of the connections. */
  readonly sockets: Socket[];
  readonly lines: Record<string, unknown>[];
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: Partial<HttpServerOptions> = {}): Promise<Running> {
  const lines: Record<string, unknown>[] = [];
  const stream = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const server = createHttpServer({
    maxBodyBytes: 1000,
    logger: { level: 'debug', stream },
    timeouts: patient,
    ...options,
  });
  const begun: string[] = [];
  let atWork = 0;
  let peak = 0;
  const work = async (name: string) => {
    begun.push(name);
    peak = Math.max(peak, ++atWork);
    await new Promise(setImmediate);
    atWork -= 1;
  };
  const port = () => (server.server.address() as AddressInfo).port;
  const sockets: Socket[] = [];
  server.server.on('connection', (socket: Socket) => void sockets.push(socket));
  const huge = Buffer.alloc(hugeBytes);
  server.get('/named/:name', async (request) => {
    const { name } = request.params as { name: string };
    await work(name);
    return { name };
  });
  server.get('/huge', async (_request, reply) => {
    await work('huge');
    return reply.type('application/octet-stream').send(huge);
  });
  server.get('/shed', async () => {
    throw new FlightdeckError('OVERLOADED', 'Come back later.');
  });
  server.post('/echo', async (request) => ({ got: request.body }));
  server.get('/slow', async () => {
    // By the time that this other connection is closed the first one has lasted as long.
    await exchange(port(), post('content-length: 2\r\n', '{'));
    return {};
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  open.push({
    close: async () => {
      server.server.closeAllConnections();
      await server.close();
    },
  });
  return {
    server,
    port: (server.server.address() as AddressInfo).port,
    begun,
    peak: () => peak,
    sockets,
    lines,
  };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  // The server may reset what it has refused; that is no failure of the test.
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Like `once`, for a socket that may end in an error. */
async function closed(socket: Socket): Promise<void> {
  await new Promise((resolve) => socket.once('close', resolve));
}

/** Everything that is received until the connection ends, whichever way it does. */
async function received(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => void chunks.push(chunk));
  await closed(socket);
  return Buffer.concat(chunks).toString('latin1');
}

/** What comes back for these bytes until the server has had enough. */
async function exchange(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = await dial(port);
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  return received(socket);
}

const kept = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`;
const get = (path: string, headers = '') => kept(path, `${headers}connection: close\r\n`);
const post = (headers: string, body = '') =>
  `POST /echo HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-type: application/json\r\n${headers}\r\n${body}`;
const statusesIn = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
const bodyOf = (text: string) => JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));

describe('a connection is closed', () => {
  test('on which nothing is sent', async () => {
    const { port } = await start({ timeouts: impatient });
    const text = await received(await dial(port));
    expect(bodyOf(text).error).toMatchObject({
      code: 'REQUEST_TIMEOUT',
      message: expect.stringContaining('in time'),
    });
    expect(statusesIn(text)).toEqual([408]);
  });

  test.each([
    ['headers', get('/named/a').slice(0, -2), 'x'],
    ['a body', post('content-length: 900\r\n', '['), '1'],
    ['chunks', post('transfer-encoding: chunked\r\n'), '1\r\n1\r\n'],
  ])('on which %s trickle in, however steadily', async (_name, beginning, more) => {
    const { port, lines } = await start({ timeouts: { ...impatient, silence: 20_000 } });
    const socket = await dial(port);
    socket.write(beginning);
    const trickle = setInterval(() => socket.write(more), 5);
    socket.on('close', () => clearInterval(trickle));
    await closed(socket);
    expect(lines).toContainEqual(expect.objectContaining({ code: 'REQUEST_TIMEOUT' }));
  });

  test('that is kept for a next request which does not come', async () => {
    const { port } = await start({ timeouts: impatient });
    const socket = await dial(port);
    socket.write(kept('/named/a'));
    expect(statusesIn(await received(socket))).toEqual([200]);
  });

  test.each([
    ['a request', post('content-length: 100\r\n', '{ "a":'), [400]],
    ['its headers', get('/named/a').slice(0, -4), [400]],
    ['an answer', get('/huge'), [200]],
  ])('whose client stops writing in the middle of %s', async (_name, bytes, statuses) => {
    const { port } = await start();
    const socket = await dial(port);
    socket.end(bytes);
    expect(statusesIn(await received(socket))).toEqual(statuses);
  });

  test('whose client is gone in the middle of a request, and the others are not', async () => {
    const { port, sockets } = await start();
    const socket = await dial(port);
    socket.write(post('content-length: 100\r\n', '{ "a":'));
    socket.resetAndDestroy();
    expect(statusesIn(await exchange(port, get('/named/b')))).toEqual([200]);
    expect(sockets[0]!.destroyed).toBe(true);
  });

  test('whose client asks for a large answer and does not read it', async () => {
    const { port, sockets } = await start({ timeouts: impatient });
    const socket = await dial(port);
    socket.pause().write(get('/huge'));
    await closed(sockets[0]!);
    expect(sockets[0]!.bytesWritten).toBeGreaterThan(0);
    socket.destroy();
  });

  test('that is one too many', async () => {
    const { port } = await start({ maxConnections: 1 });
    const first = await dial(port);
    const second = await dial(port);
    expect(await received(second)).toBe('');
    first.end(get('/named/a'));
    expect(statusesIn(await received(first))).toEqual([200]);
  });

  test('but not while the work on its answer takes longer than a request may', async () => {
    const { port } = await start({ timeouts: { ...impatient, silence: 20_000 } });
    expect(statusesIn(await exchange(port, get('/slow')))).toEqual([200]);
  });
});

describe('a client that sends many requests at once', () => {
  const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

  test('is answered in their order, one after the other', async () => {
    const running = await start();
    const many = names(16).map((name) => kept(`/named/${name}`));
    const text = await exchange(running.port, `${many.join('')}${get('/named/n16')}`);
    expect(statusesIn(text)).toEqual(Array(17).fill(200));
    expect([...text.matchAll(/"name":"(\w+)"/g)].map(([, name]) => name)).toEqual(names(17));
    expect(running.begun).toEqual(names(17));
    expect(running.peak()).toBe(1);
  });

  test('and more than a client has reason to is cut off', async () => {
    const { port, begun } = await start();
    await exchange(
      port,
      names(1000)
        .map((name) => kept(`/named/${name}`))
        .join(''),
    );
    expect(begun.length).toBeLessThan(17);
    expect(statusesIn(await exchange(port, get('/named/after')))).toEqual([200]);
  });

  test('and reads no answer holds one of them in memory, not all', async () => {
    const { port, begun, sockets } = await start();
    const socket = await dial(port);
    socket.pause().write(kept('/huge').repeat(10));
    // Whoever comes later is answered, so the others have had their turn if they could have had one.
    for (const name of names(20)) await exchange(port, get(`/named/${name}`));
    expect(begun.filter((name) => name === 'huge')).toHaveLength(1);
    expect(sockets[0]!.writableLength).toBeLessThan(hugeBytes + 1000);
    socket.destroy();
    await closed(sockets[0]!);
    for (const name of names(20)) await exchange(port, get(`/named/${name}`));
    expect(begun.filter((name) => name === 'huge')).toHaveLength(1);
  });

  test('and then something that is no request gets no word of ours into an answer', async () => {
    const { port } = await start();
    expect(statusesIn(await exchange(port, `${kept('/named/a')}nonsense\r\n\r\n`))).toEqual([]);
  });
});

describe('bytes that no honest client sends are refused or answered, never with a 5xx', () => {
  const long = 'x'.repeat(20_000);
  const ok = 'content-length: 2\r\n';
  test.each<[string, string, number[]]>([
    ['nothing of HTTP', 'hello\r\n\r\n', [400]],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [400]],
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
    ['an unknown method', 'EVIL / HTTP/1.1\r\nhost: localhost\r\n\r\n', [400]],
    ['HTTP/0.9', 'GET /named/a\r\n\r\n', [200]],
    ['HTTP/9.9', 'GET /named/a HTTP/9.9\r\nhost: localhost\r\n\r\n', [400]],
    ['no Host', 'GET /named/a HTTP/1.1\r\n\r\n', [400]],
    ['both lengths', post('content-length: 2\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n'), [400]],
    [
      'both lengths, the other way round',
      post('transfer-encoding: chunked\r\ncontent-length: 2\r\n', '0\r\n\r\n'),
      [400],
    ],
    ['two lengths', post('content-length: 2\r\ncontent-length: 3\r\n', '{}'), [400]],
    ['a length below zero', post('content-length: -1\r\n', '{}'), [400]],
    ['a length with a plus', post('content-length: +2\r\n', '{}'), [400]],
    ['a length in hexadecimal', post('content-length: 0x2\r\n', '{}'), [400]],
    ['a length beyond 64 bits', post(`content-length: ${'9'.repeat(30)}\r\n`, '{}'), [400]],
    ['a length over the limit', post('content-length: 1001\r\n', '{}'), [413]],
    [
      'chunks over the limit',
      post('transfer-encoding: chunked\r\n', `7d0\r\n${'1'.repeat(2000)}\r\n0\r\n\r\n`),
      [413],
    ],
    ['an unknown transfer encoding', post('transfer-encoding: xchunked\r\n', '0\r\n\r\n'), [400]],
    ['chunked, but not last', post('transfer-encoding: chunked, identity\r\n', '0\r\n\r\n'), [400]],
    ['a chunk of no size', post('transfer-encoding: chunked\r\n', 'zz\r\n{}\r\n0\r\n\r\n'), [400]],
    ['a chunk of endless size', post('transfer-encoding: chunked\r\n', `${'f'.repeat(40)}\r\n{}`), [400]],
    ['long chunk extensions', post('transfer-encoding: chunked\r\n', `2;${long}\r\n{}\r\n0\r\n\r\n`), [400]],
    ['a space before the colon', post(`content-length : 2\r\n`, '{}'), [400]],
    ['a folded header', post(`${ok}x-a: b\r\n c\r\n`, '{}'), [400]],
    ['lines that end in LF alone', get('/named/a').replaceAll('\r\n', '\n'), [400]],
    ['a CR alone in a header', post(`${ok}x-a: b\rc\r\n`, '{}'), [400]],
    ['NUL in a header', post(`${ok}x-a: b\0c\r\n`, '{}'), [400]],
    ['NUL in the path', get('/named/\0'), [400]],
    ['a space in the path', get('/named/a b'), [400]],
    ['a header of 20 kB', get('/named/a', `x-a: ${long}\r\n`), [431]],
    ['a path of 20 kB', get(`/named/${long}`), [431]],
    ['a path of 3 kB', get(`/${'a/'.repeat(1500)}`), [414]],
    ['a query of 3 kB', get(`/named/a?${'b'.repeat(3000)}`), [414]],
    ['101 headers', get('/named/a', 'a: b\r\n'.repeat(100)), [431]],
    ['2000 headers', get('/named/a', 'a: b\r\n'.repeat(2000)), [431]],
    ['a name of 101 characters', get(`/named/${'a'.repeat(101)}`), [400]],
    ['a path that is no UTF-8', get('/named/%ff'), [400]],
    ['half an escape', get('/named/%'), [400]],
    ['bytes above ASCII in the path', get('/named/\xe4'), [400]],
    ['an address of another server', get('http://evil.example/named/a'), [200, 404]],
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nhost: localhost\r\n\r\n', []],
    ['OPTIONS *', get('/named/a').replace('GET /named/a', 'OPTIONS *'), [404]],
    ['TRACE', get('/named/a').replace('GET /named/a', 'TRACE /named/a'), [404]],
    ['PROPFIND', get('/named/a').replace('GET /named/a', 'PROPFIND /named/a'), [404]],
    ['an upgrade', get('/named/a', 'upgrade: websocket\r\nconnection: upgrade\r\n'), [200]],
    ['a strange expectation', post(`expect: 200-ok\r\n${ok}`, '{}'), [417]],
    ['a double slash', get('//named/a'), [404]],
    ['a slash at the end', get('/named/a/'), [404]],
    ['capitals', get('/NAMED/a'), [404]],
    ['dots', get('/named/../named/a'), [404]],
    ['escaped dots', get('/named/%2e%2e/named/a'), [404]],
    ['a semicolon', get('/named;/a'), [404]],
  ])('%s', async (_name, bytes, statuses) => {
    const { port, lines } = await start();
    const given = statusesIn(await exchange(port, bytes));
    if (statuses.length === 0) expect(given).toEqual([]);
    else {
      expect(given).toHaveLength(1);
      expect(statuses).toContain(given[0]);
    }
    expect(lines.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  test('nor do any others: the server lives on', async () => {
    const { port } = await start();
    const whole = [
      get('/named/a'),
      post(ok, '{}'),
      post('transfer-encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'),
    ];
    const edit = fc.record({
      bytes: fc.constantFrom(...whole).map((text) => Buffer.from(text, 'latin1')),
      at: fc.nat(200),
      dropped: fc.nat(5),
      inserted: fc.oneof(
        fc.uint8Array({ maxLength: 8 }),
        fc
          .constantFrom('\r\n', '\n', '\0', ': ', '\r\n\r\n', ' ', '%00', '\xff')
          .map((text) => Buffer.from(text, 'latin1')),
      ),
    });
    await fc.assert(
      fc.asyncProperty(edit, async ({ bytes, at, dropped, inserted }) => {
        const edited = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + dropped)]);
        const socket = await dial(port);
        socket.end(edited);
        for (const status of statusesIn(await received(socket))) expect(status).toBeLessThan(500);
      }),
      { numRuns: 300 },
    );
    expect(statusesIn(await exchange(port, get('/named/alive')))).toEqual([200]);
  });
});

describe('what is refused before it is a request', () => {
  test('has our error body, closes the connection, and leaves a line for those who look', async () => {
    const { port, lines } = await start();
    const text = await exchange(port, 'nonsense\r\n\r\n');
    expect(text).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\nconnection: close\r\ncontent-type: application\/json/,
    );
    const { error } = bodyOf(text);
    expect(error).toMatchObject({ code: 'BAD_REQUEST', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(lines).toMatchObject([
      { level: 30 },
      { level: 20, msg: 'connection refused', code: 'BAD_REQUEST', requestId: error.requestId },
    ]);
  });
});

describe('the access log', () => {
  const answered = ({ lines }: Running) =>
    lines.filter(({ msg }) => msg === 'answered').map(({ status }) => status);

  test('has the refusals, but none of those that shed load', async () => {
    const running = await start();
    await running.server.inject('/named/a');
    await running.server.inject('/nothing');
    expect((await running.server.inject('/shed')).statusCode).toBe(429);
    expect(answered(running)).toEqual([404]);
  });

  test('has everything where that is asked for', async () => {
    const running = await start({ accessLog: 'all' });
    await running.server.inject('/named/a');
    await running.server.inject('/nothing');
    expect(answered(running)).toEqual([200, 404]);
  });

  test('has no more of an address than one of ours could be', async () => {
    const running = await start();
    await running.server.inject(`/${'a/'.repeat(5000)}`);
    expect(running.lines.find(({ msg }) => msg === 'answered')).toMatchObject({
      status: 414,
      url: expect.stringMatching(/^.{2048}$/),
    });
  });
});
