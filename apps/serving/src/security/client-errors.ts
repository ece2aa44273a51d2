// What is refused before it is a request: bytes that are no HTTP, headers over the limit, a request that does not arrive in
// time. There is no request to answer then, only a connection to close, with one last word to whoever can read it.

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { statusOf } from '../errors.ts';

const refusals = {
  HPE_HEADER_OVERFLOW: [
    'HEADERS_TOO_LARGE',
    'The address and the headers together are too long. Send fewer or shorter ones.',
  ],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: ['BAD_REQUEST', 'The chunks of the body carry extensions over the limit.'],
  ERR_HTTP_REQUEST_TIMEOUT: [
    'REQUEST_TIMEOUT',
    'The request did not arrive in time. Send headers and body without a pause.',
  ],
} as const;

const malformed = ['BAD_REQUEST', 'This is not a well-formed HTTP/1.1 request.'] as const;

/** `mayAnswer` is false while the answer to another request of this connection is under way: a word now would end up in it. */
export function refuseConnection(
  error: NodeJS.ErrnoException,
  socket: Socket,
  mayAnswer: boolean,
  log: FastifyBaseLogger,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [code, message] = refusals[error.code as keyof typeof refusals] ?? malformed;
  const requestId = randomUUID();
  log.debug({ requestId, code, reason: error.message }, 'connection refused');
  if (mayAnswer && socket.writable) socket.write(answerOf(statusOf(code), { code, message, requestId }));
  socket.destroy(error);
}

function answerOf(status: number, error: object): string {
  const body = JSON.stringify({ error });
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'connection: close',
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
