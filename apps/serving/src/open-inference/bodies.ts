// What the bodies of the protocol are: JSON, or, where a header says how long the JSON is, JSON and binary data behind it. The content
// type decides nothing, as in Triton, whose client sends none; but what it names must be one of the two.

import { FlightdeckError } from '@flightdeck/core';
import type { FastifyRequest } from 'fastify';
import { bodyParser } from '../http/body.ts';
import { anyDepthReader } from '../http/body-json.ts';
import type { HttpServer } from '../http/http-server.ts';
import { invalidBody } from './refusals.ts';

/** On a scope of the protocol's own. Without a body, `request.body` is undefined; with binary data, it is all the bytes. */
export function addBodyParsers(scope: HttpServer): void {
  // The readers of requests know of every value what it may be, and refuse any that is nested where nothing should be.
  const readJson = anyDepthReader(scope);
  const parser = bodyParser(
    (bytes, request) => {
      if (request.headers[jsonLengthHeader] !== undefined) return bytes;
      return bytes.length === 0 ? undefined : readJson(bytes, request);
    },
    { numbersAt: announcedLength },
  );
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser(['application/json', 'application/octet-stream'], parser);
  scope.addContentTypeParser('*', (request, payload, done) => {
    const type = request.headers['content-type'];
    if (type !== undefined) throw unsupportedType(type);
    return parser(request, payload, done);
  });
}

export const jsonLengthHeader = 'inference-header-content-length';

/** How many of the `available` bytes are JSON; undefined where the request does not say. INVALID_BODY. */
export function jsonLength({ headers }: FastifyRequest, available: number): number | undefined {
  const header = headers[jsonLengthHeader];
  if (header === undefined) return undefined;
  const length = /^\d{1,15}$/.test(String(header)) ? Number(header) : Number.NaN;
  if (length <= available) return length;
  throw invalidBody(
    `Inference-Header-Content-Length must be the length of the JSON in bytes, from 0 to the ${available} bytes of the body.`,
  );
}

/** Before it is checked: 0 for anything that is no length. */
function announcedLength({ headers }: FastifyRequest): number {
  const length = Number(headers[jsonLengthHeader] ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}

function unsupportedType(type: string): FlightdeckError {
  return new FlightdeckError(
    'UNSUPPORTED_MEDIA_TYPE',
    `The content-type ${JSON.stringify(type.slice(0, 60))} is not supported. ` +
      'Send application/json, or application/octet-stream for JSON with binary data behind it.',
  );
}
