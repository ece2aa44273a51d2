import { Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createHttpServer, type HttpServer } from './http-server.ts';
import { registerArrival, requestContext } from './request-context.ts';
import { readTraceContext, registerTraceContext, traceparentOf } from './trace-context.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const valid = `00-${traceId}-${parentId}-01`;

describe('no trace goes on from a traceparent', () => {
  test.each([
    ['that is empty', ''],
    ['of version ff', `ff-${traceId}-${parentId}-01`],
    ['of a version that is no number', `0g-${traceId}-${parentId}-01`],
    ['with a trace id of zeros', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['with a parent id of zeros', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['in capitals', valid.toUpperCase()],
    ['with a short trace id', `00-${traceId.slice(1)}-${parentId}-01`],
    ['with a long parent id', `00-${traceId}-${parentId}0-01`],
    ['with flags that are no number', `00-${traceId}-${parentId}-0x`],
    ['without flags', `00-${traceId}-${parentId}`],
    ['of version 00 with more behind it', `${valid}-more`],
    ['of a later version with more behind it that no dash begins', `01-${traceId}-${parentId}-01.more`],
    ['sent twice', `${valid}, ${valid}`],
    ['with spaces', ` ${valid}`],
    ['with other dashes', valid.replaceAll('-', '_')],
  ])('%s', (_what, header) => {
    expect(readTraceContext(header, '')).toBeNull();
  });

  test('of any other form', () => {
    fc.assert(fc.property(fc.string(), (header) => readTraceContext(header, '') === null));
  });
});

describe('a trace goes on', () => {
  test('with its id, its flag and a span id of our own', () => {
    const trace = readTraceContext(valid, '')!;
    expect(trace).toEqual({
      traceId,
      sampled: true,
      tracestate: '',
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(trace.spanId).not.toBe(parentId);
    expect(trace.spanId).not.toBe(readTraceContext(valid, '')!.spanId);
    expect(traceparentOf(trace)).toBe(`00-${traceId}-${trace.spanId}-01`);
  });

  test.each([
    ['00', false],
    ['01', true],
    ['02', false],
    ['ff', true],
  ])('with flags %s, of which only the lowest means anything', (flags, sampled) => {
    const trace = readTraceContext(`00-${traceId}-${parentId}-${flags}`, '')!;
    expect(trace.sampled).toBe(sampled);
    expect(traceparentOf(trace).slice(-2)).toBe(sampled ? '01' : '00');
  });

  test.each([`01-${traceId}-${parentId}-01`, `cc-${traceId}-${parentId}-01-what-the-future-brings`])(
    'from a later version, as far as we know it: %s',
    (header) => {
      const trace = readTraceContext(header, '')!;
      expect(traceparentOf(trace)).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    },
  );

  const member = (i: number) => `k${i}=v`;
  test.each([
    ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    [' a=1 ,\tb=2 , ,', 'a=1,b=2'],
    ['1tenant@system=x', '1tenant@system=x'],
    ['a= leading and inner spaces', 'a= leading and inner spaces'],
    [
      Array.from({ length: 32 }, (_, i) => member(i)).join(','),
      Array.from({ length: 32 }, (_, i) => member(i)).join(','),
    ],
  ])('with the tracestate %j', (header, tracestate) => {
    expect(readTraceContext(valid, header)!.tracestate).toBe(tracestate);
  });

  test.each([
    ['without a value', 'a'],
    ['with an empty value', 'a='],
    ['with an equals sign in the value', 'a=b=c'],
    ['with a key in capitals', 'A=1'],
    ['with a key that begins with a digit', '1a=1'],
    ['with two at signs', 'a@b@c=1'],
    ['with a key of 257 characters', `${'a'.repeat(257)}=1`],
    ['with a value of 257 characters', `a=${'1'.repeat(257)}`],
    ['with a control character', 'a=1\u0001'],
    ['with the same key twice', 'a=1,b=2,a=3'],
    ['of 33 members', Array.from({ length: 33 }, (_, i) => member(i)).join(',')],
  ])('without a tracestate %s', (_what, header) => {
    expect(readTraceContext(valid, header)).toMatchObject({ traceId, tracestate: '' });
  });
});

interface Line {
  readonly msg: string;
  readonly requestId?: string;
  readonly trace_id?: string;
  readonly span_id?: string;
}

/** A server that logs a line in its one route, and answers with what the route knows of the trace. */
function tracedServer(): { server: HttpServer; lines: Line[] } {
  const lines: Line[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Line);
      done();
    },
  });
  const server = createHttpServer({ maxBodyBytes: 100, logger: { level: 'info', stream }, accessLog: 'all' });
  registerArrival(server);
  registerTraceContext(server);
  server.get('/', async (request) => {
    request.log.info('in the route');
    return { trace: requestContext(request, 'v1', 1000).trace };
  });
  return { server, lines };
}

test('every log line of the request has the trace, and so have its context and its answer', async () => {
  const { server, lines } = tracedServer();
  const headers = { traceparent: valid, tracestate: 'rojo=1', 'x-request-id': 'mine' };
  const answer = await server.inject({ url: '/', headers });
  const { trace } = answer.json();
  expect(trace).toMatchObject({ traceId, sampled: true, tracestate: 'rojo=1' });
  expect(answer.headers.traceparent).toBe(`00-${traceId}-${trace.spanId}-01`);
  const ofRequest = lines.filter(({ requestId }) => requestId === 'mine');
  expect(ofRequest.map(({ msg }) => msg)).toEqual(['in the route', 'answered']);
  for (const line of ofRequest) expect(line).toMatchObject({ trace_id: traceId, span_id: trace.spanId });
});

test('an address that nobody serves is part of the trace too', async () => {
  const { server, lines } = tracedServer();
  const answer = await server.inject({ url: '/nowhere', headers: { traceparent: valid } });
  expect(answer.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-`));
  expect(lines.find(({ msg }) => msg === 'answered')).toMatchObject({ trace_id: traceId });
});

test.each([{}, { traceparent: 'nonsense', tracestate: 'a=1' }])(
  'without a trace there is none: %j',
  async (headers) => {
    const { server, lines } = tracedServer();
    const answer = await server.inject({ url: '/', headers });
    expect(answer.headers).not.toHaveProperty('traceparent');
    expect(answer.json()).toEqual({ trace: null });
    for (const line of lines) expect(line).not.toHaveProperty('trace_id');
  },
);
