// One POST over HTTP, on kept connections. It knows no retries: delivery.ts decides what an answer means.

import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  /** Undefined where the body is no JSON. */
  readonly body: unknown;
  /** What Retry-After asks for. */
  readonly retryAfterMs?: number;
}

/** Rejects when there is no answer: nobody listens, the connection broke, or it took longer than the transport waits. */
export type Post = (path: string, body: object) => Promise<Answer>;

export interface Transport {
  readonly post: Post;
  close(): void;
}

export interface TransportOptions {
  readonly url: string;
  readonly connections: number;
  /** A bearer key, where serving has keys. */
  readonly key?: string | undefined;
  readonly timeoutMs: number;
}

export function openTransport({ url, connections, key, timeoutMs }: TransportOptions): Transport {
  const secure = url.startsWith('https:');
  const agent = new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: connections });
  const ask = secure ? httpsRequest : httpRequest;
  const post: Post = (path, body) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const request = ask(new URL(path, url), {
      agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': bytes.length,
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
      },
      timeout: timeoutMs,
    });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    request.on('error', reject);
    request.on('response', (response) => {
      text(response).then(
        (said) => resolve(toAnswer(response.statusCode!, response.headers['retry-after'], said)),
        reject,
      );
    });
    request.end(bytes);
    return promise;
  };
  return { post, close: () => agent.destroy() };
}

function toAnswer(status: number, retryAfter: string | undefined, said: string): Answer {
  const seconds = Number(retryAfter);
  return {
    status,
    body: fromJson(said),
    ...(retryAfter !== undefined && Number.isFinite(seconds) && { retryAfterMs: seconds * 1000 }),
  };
}

function fromJson(said: string): unknown {
  try {
    return JSON.parse(said);
  } catch {
    return undefined;
  }
}
