// One HTTP exchange with the server under test. What comes back is bytes and headers; nothing is judged here.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { unmet } from './outcome.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the base URL: `/v2/models/add/infer`. */
  readonly path: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export type Client = (request: HttpRequest) => Promise<Answer>;

const patienceMs = 30_000;

/** USAGE for a Host header, which fetch drops without a word. */
export function openClient(target: {
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
}): Client {
  if (Object.keys(target.headers ?? {}).some((name) => name.toLowerCase() === 'host'))
    throw new FlightdeckError(
      'USAGE',
      'The header Host cannot be set: give the URL with that name, or the address of a port-forward to the service.',
    );
  const base = target.baseUrl.replace(/\/+$/, '');
  const send = target.fetch ?? fetch;
  return async ({ method, path, body, headers }) => {
    try {
      const response = await send(base + path, {
        method,
        headers: { ...plainHeaders, ...target.headers, ...headers },
        ...(body !== undefined && { body: body as Uint8Array<ArrayBuffer> }),
        redirect: 'manual',
        signal: AbortSignal.timeout(patienceMs),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: Buffer.from(await response.arrayBuffer()),
      };
    } catch (error) {
      throw unmet(`an answer to ${method} ${path}`, `none: ${causeOf(error)}`);
    }
  };
}

/** Lengths are of the body as it was made, so it must not be compressed on the way unless a check asks for that. */
const plainHeaders = { 'content-type': 'application/json', 'accept-encoding': 'identity' };

/** fetch says only "fetch failed"; why is in its cause. */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause ? messageOf(error.cause) : messageOf(error);
}

/** An answer in a line: `HTTP 400 application/json {"error":"…"}`. */
export function described({ status, headers, body }: Answer): string {
  const text = body.subarray(0, 400).toString().replaceAll(/\s+/g, ' ');
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text || '(empty body)';
  return `HTTP ${status} ${headers.get('content-type') ?? '(no content type)'} ${shown}`;
}
