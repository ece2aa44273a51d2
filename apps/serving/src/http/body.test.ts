// How bodies are read, on a server with an echo for a route. Refusals first.

import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyParser, registerBodyParsers } from './body.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';

const limit = 100_000;
let server: HttpServer;
let port: number;
let handled = 0;

beforeAll(async () => {
  server = createHttpServer({ maxBodyBytes: limit, logger: false });
  registerBodyParsers(server);
  server.addContentTypeParser(
    'application/octet-stream',
    bodyParser((bytes) => bytes, { numbersAt: ({ headers }) => Number(headers['numbers-at']) }),
  );
  server.post('/echo', async ({ body }) => {
    handled++;
    return { body };
  });
  server.post('/bytes', async ({ body, headers }) => {
    const { byteOffset, length } = body as Buffer;
    return { misplaced: (byteOffset + Number(headers['numbers-at'])) % 8, length, text: String(body) };
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
  port = (server.server.address() as AddressInfo).port;
});

afterAll(() => server.close());

function post(payload: string | Buffer, headers: Record<string, string> = {}) {
  return server.inject({
    method: 'POST',
    url: '/echo',
    payload,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** Sends the lines, then the bytes (and, if asked, the end of the sending side), and reads all that comes back. */
async function exchange(
  head: readonly string[],
  bodies: readonly (string | Buffer)[],
  end = true,
): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
  });
  const closed = once(socket, 'close');
  socket.write(`${['POST /echo HTTP/1.1', 'host: x', 'connection: close', ...head].join('\r\n')}\r\n\r\n`);
  for (const body of bodies) {
    socket.write(body);
    // A turn of the event loop, so that what was written travels by itself.
    await new Promise(setImmediate);
  }
  if (end) socket.end();
  await closed;
  return answer;
}

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const chunked = ['content-type: application/json', 'transfer-encoding: chunked'];
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('a JSON body is refused', () => {
  test.each([
    ['that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'MALFORMED_JSON', 'not valid UTF-8'],
    ['with half a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 'MALFORMED_JSON', 'UTF-8'],
    ['33 levels deep', nested(33), 'MALFORMED_JSON', 'more than 32 levels'],
    ['33 levels deep and unfinished', '['.repeat(33), 'MALFORMED_JSON', 'not valid JSON'],
    ['33 levels deep behind a quoted bracket', `["]]]\\"]",${nested(32)}]`, 'MALFORMED_JSON', '32 levels'],
    ['33 objects deep', `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, 'MALFORMED_JSON', '32 levels'],
    ['40,000 levels deep', nested(40_000), 'MALFORMED_JSON', '32 levels'],
    [
      'with an unfinished string',
      '["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\"',
      'MALFORMED_JSON',
      'not valid',
    ],
    ['with a __proto__ key', '{"a":{"__proto__":{"b":1}}}', 'MALFORMED_JSON', '__proto__'],
    ['with a __proto__ key in escapes', '{"\\u005f\\u005fproto__":1}', 'MALFORMED_JSON', '__proto__'],
    ['with nothing in it', '', 'MALFORMED_JSON', 'not valid JSON'],
    ['with a byte too many', `"${'x'.repeat(limit - 1)}"`, 'BODY_TOO_LARGE', 'limit of 100000 bytes'],
  ])('%s', async (_name, payload, code, message) => {
    const before = handled;
    const answer = await post(payload);
    expect(answer.statusCode).toBe(code === 'BODY_TOO_LARGE' ? 413 : 400);
    expect(answer.json().error).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(handled).toBe(before);
  });

  test('that goes over the limit in chunks, without having announced its length', async () => {
    const kilobyte = 'x'.repeat(1000);
    const answer = await exchange(
      chunked,
      ['1\r\n"\r\n', ...Array<string>(100).fill(chunk(kilobyte))],
      false,
    );
    expect(answer).toMatch(/^HTTP\/1.1 413 .*BODY_TOO_LARGE/s);
  });

  test('that announces more than the limit, before any of it was sent', async () => {
    const head = ['content-type: application/json', `content-length: ${limit + 1}`];
    expect(await exchange(head, [], false)).toMatch(/^HTTP\/1.1 413 /);
  });

  test('that ends before its announced length', async () => {
    const before = handled;
    const answer = await exchange(['content-type: application/json', 'content-length: 10'], ['[1']);
    expect(answer).toMatch(/^(HTTP\/1.1 400 .*)?$/s);
    expect(handled).toBe(before);
  });

  test('that ends within a chunk', async () => {
    const before = handled;
    expect(await exchange(chunked, ['5\r\n[1'])).toMatch(/^(HTTP\/1.1 400 .*)?$/s);
    expect(handled).toBe(before);
  });
});

describe('a compressed body is refused', () => {
  const body = gzipSync(JSON.stringify(Array(1000).fill('a text')));
  const bomb = gzipSync(Buffer.alloc(50 * limit, '[1,1]'));

  test.each([
    ['in an unknown encoding', 'br', body, 415, 'UNSUPPORTED_ENCODING', '"br" is not supported'],
    ['in two encodings', 'gzip, gzip', body, 415, 'UNSUPPORTED_ENCODING', '"gzip, gzip"'],
    ['in an encoding by the name of a method', 'toString', body, 415, 'UNSUPPORTED_ENCODING', '"tostring"'],
    ['that is cut short', 'gzip', body.subarray(0, -9), 400, 'BODY_CORRUPT', 'unexpected end of file'],
    [
      'with a byte changed',
      'gzip',
      body.map((byte, i) => (i === 15 ? byte ^ 255 : byte)),
      400,
      'BODY_CORRUPT',
      '',
    ],
    ['that is not compressed', 'gzip', Buffer.from('[1]'), 400, 'BODY_CORRUPT', 'incorrect header check'],
    ['that is compressed otherwise', 'deflate', body, 400, 'BODY_CORRUPT', 'incorrect header check'],
    ['of no bytes', 'gzip', Buffer.alloc(0), 400, 'BODY_CORRUPT', 'unexpected end of file'],
    ['that unfolds beyond the limit', 'gzip', bomb, 413, 'BODY_TOO_LARGE', 'limit of 100000 bytes'],
    ['of something else than JSON', 'gzip', gzipSync('nonsense'), 400, 'MALFORMED_JSON', 'not valid JSON'],
  ])('%s', async (_name, encoding, payload, status, code, message) => {
    expect(payload.length).toBeLessThan(limit);
    const answer = await post(Buffer.from(payload), { 'content-encoding': encoding });
    expect(answer.statusCode).toBe(status);
    expect(answer.json().error).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

describe('a JSON body', () => {
  test.each([
    ['at the limit', `"${'x'.repeat(limit - 2)}"`],
    ['32 levels deep', nested(32)],
    ['with many brackets side by side', `[${Array(1000).fill('[{}]').join()}]`],
    ['with brackets in its strings', JSON.stringify(['['.repeat(1000), '\\', '"[', { '{{{{{{{{{': 1 }])],
    ['with constructor as a key', '{"constructor":{"name":"x"}}'],
    ['of any other value', '17'],
  ])('%s is read', async (_name, payload) => {
    const answer = await post(payload);
    expect(answer.json().body).toEqual(JSON.parse(payload));
  });

  test.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset=UTF-8'])(
    'may be called %s',
    async (type) => {
      expect((await post('["ü"]', { 'content-type': type })).json()).toEqual({ body: ['ü'] });
    },
  );

  test('may begin with a byte order mark', async () => {
    expect((await post('\uFEFF[1]')).json()).toEqual({ body: [1] });
  });

  test.each([
    ['gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['identity', Buffer.from],
  ] as const)('may be sent as %s', async (encoding, compress) => {
    const answer = await post(compress('{"a":[1,"ü"]}'), { 'content-encoding': encoding });
    expect(answer.json()).toEqual({ body: { a: [1, 'ü'] } });
  });

  test('may come in pieces that cut characters, of a length that nobody announced', async () => {
    const bytes = Buffer.from(JSON.stringify(Array(20).fill('ü🛫')));
    const pieces = Array.from(bytes, (byte) =>
      Buffer.from(`1\r\n${String.fromCharCode(byte)}\r\n`, 'latin1'),
    );
    const answer = await exchange(chunked, [...pieces, '0\r\n\r\n'], false);
    expect(answer).toContain(`{"body":${bytes}}`);
  });
});

describe('numbers within a body', () => {
  test.each([0, 1, 4, 7, 8, 1001])(
    'come to lie at a multiple of 8 where they begin at byte %d',
    async (at) => {
      const text = 'numbers '.repeat(200);
      const answer = await fetch(`http://127.0.0.1:${port}/bytes`, {
        method: 'POST',
        body: text,
        headers: { 'content-type': 'application/octet-stream', 'numbers-at': String(at) },
      });
      expect(await answer.json()).toEqual({ misplaced: 0, length: text.length, text });
    },
  );

  test.each([1, 4, 8])('do so too in a body of many pieces, from byte %d', async (at) => {
    const piece = Buffer.alloc(999, 'piece');
    async function* pieces() {
      for (let i = 0; i < 90; i++) yield piece;
    }
    const answer = await fetch(`http://127.0.0.1:${port}/bytes`, {
      method: 'POST',
      body: pieces(),
      duplex: 'half',
      headers: { 'content-type': 'application/octet-stream', 'numbers-at': String(at) },
    } as RequestInit);
    const text = String(piece).repeat(90);
    expect(await answer.json()).toEqual({ misplaced: 0, length: text.length, text });
  });

  test.each([1, 4, 8])('do so too in a compressed body, from byte %d', async (at) => {
    const answer = await server.inject({
      method: 'POST',
      url: '/bytes',
      payload: gzipSync('compressed'),
      headers: {
        'content-type': 'application/octet-stream',
        'content-encoding': 'gzip',
        'numbers-at': String(at),
      },
    });
    expect(answer.json()).toEqual({ misplaced: 0, length: 10, text: 'compressed' });
  });
});
