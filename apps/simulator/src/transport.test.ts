import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen, record, refusalOf } from './recorder.fixture.ts';
import { openTransport, type TransportOptions } from './transport.ts';

function open(url: string, options: Partial<TransportOptions> = {}) {
  const transport = openTransport({ url, connections: 2, timeoutMs: 5000, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

/** A server that says this to whoever connects, and nothing else. */
async function say(bytes: string): Promise<{ url: string; heard: () => string }> {
  let heard = '';
  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.on('data', (data) => {
      heard += String(data);
      socket.write(bytes);
    });
  });
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard: () => heard };
}

describe('there is no answer', () => {
  it('where nobody listens', async () => {
    await expect(open('http://127.0.0.1:9').post('/v1/events', {})).rejects.toThrow('ECONNREFUSED');
  });

  it('where the connection breaks', async () => {
    const url = await listen(record(() => Promise.reject(new Error('broken'))));
    await expect(open(url).post('/v1/events', {})).rejects.toThrow(/socket hang up|ECONNRESET/);
  });

  it.each(['', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{'])(
    'in time, from a server that falls silent after %j',
    async (bytes) => {
      const { url } = await say(bytes);
      await expect(open(url, { timeoutMs: 50 }).post('/v1/events', {})).rejects.toThrow(
        /no answer within 50 ms|aborted/,
      );
    },
  );
});

describe('an answer', () => {
  it('that is no JSON has no body', async () => {
    const { url } = await say('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 6\r\n\r\n<html>');
    expect(await open(url).post('/v1/events', {})).toEqual({ status: 502, body: undefined });
  });

  it('says when to come back', async () => {
    const shedding = record(() => ({ ...refusalOf(429, 'OVERLOADED', 'x'), retryAfterMs: 3000 }));
    const answer = await open(await listen(shedding)).post('/v1/events', {});
    expect(answer).toMatchObject({ status: 429, retryAfterMs: 3000 });
  });

  it('comes from the path, to the body and the key that were sent', async () => {
    const { url, heard } = await say('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}');
    const answer = await open(url, { key: 'secret' }).post('/v1/models/m/labels', { labels: ['ü'] });
    expect(answer).toEqual({ status: 200, body: {} });
    expect(heard()).toMatch(/^POST \/v1\/models\/m\/labels HTTP\/1\.1\r\n/);
    expect(heard()).toContain('authorization: Bearer secret\r\n');
    expect(heard()).toMatch(/content-length: 17\r\n[\s\S]*\r\n\r\n\{"labels":\["ü"\]\}$/);
  });
});
