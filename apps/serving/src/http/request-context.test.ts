import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { createHttpServer } from './http-server.ts';
import { type RequestContext, registerArrival, requestContext, withTimeout } from './request-context.ts';
import { registerTraceContext } from './trace-context.ts';

/** A server whose one route hands out the context that it was given. */
function contextServer() {
  const contexts: RequestContext[] = [];
  const server = createHttpServer({ maxBodyBytes: 100, logger: false });
  registerArrival(server);
  registerTraceContext(server);
  server.post('/', async (request) => {
    contexts.push(requestContext(request, 'v1', 5000));
    return {};
  });
  return { server, contexts };
}

async function contextOf(headers: Record<string, string>): Promise<RequestContext> {
  const { server, contexts } = contextServer();
  const answer = await server.inject({ method: 'POST', url: '/', headers, payload: {} });
  return contexts[0] ?? Promise.reject(new Error(answer.body));
}

describe('the deadline', () => {
  test.each(['0', '-1', 'soon', 'NaN', ' '])('is refused where Request-Timeout is %j', async (header) => {
    await expect(contextOf({ 'request-timeout': header })).rejects.toThrow(/Request-Timeout must be/);
  });

  test.each([
    ['the default', {}, 4800],
    ['in seconds, as Request-Timeout says', { 'request-timeout': '0.25' }, 240],
    ['a minute at most', { 'request-timeout': '3600' }, 57_600],
    ['a minute at most, however far', { 'request-timeout': 'Infinity' }, 57_600],
  ])('is %s after it can have come, less 4 % for the way back', async (_what, headers, timeoutMs) => {
    const { sentAt, deadline } = await contextOf(headers);
    expect(deadline - sentAt).toBeCloseTo(timeoutMs);
  });

  test('of a body counts from the same moment', async () => {
    const context = await contextOf({});
    expect(withTimeout(context, 40)).toEqual({ ...context, deadline: context.sentAt + 38.4 });
    expect(() => withTimeout(context, 0)).toThrow(/parameters.timeout must be/);
  });
});

test('a request arrives with its headers, however long its body takes', async () => {
  const { server, contexts } = contextServer();
  const url = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
  const socket = connect(Number(url.port), url.hostname);
  socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n');
  // Asking for a word before the body is how the test knows that the headers have been read.
  socket.write('content-length: 2\r\nexpect: 100-continue\r\n\r\n');
  await once(socket, 'data');
  const headersRead = performance.now();
  socket.write('{}');
  await once(socket, 'data');
  const [{ arrivedAt, parsedAt }] = contexts as [RequestContext];
  expect(arrivedAt).toBeLessThan(headersRead);
  expect(parsedAt).toBeGreaterThan(headersRead);
  socket.destroy();
  await server.close();
});
