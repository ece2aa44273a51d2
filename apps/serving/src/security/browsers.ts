// What a web page may do. A browser runs pages of strangers inside the network, and sends to any address what they ask it
// to; these checks tell a page's requests from those of programs, which send none of the headers that they read.

import cors from '@fastify/cors';
import { FlightdeckError } from '@flightdeck/core';
import type { FastifyRequest } from 'fastify';
import type { HttpServer } from '../http/http-server.ts';

/** A name that resolves to this machine for everybody, with or without a port. */
const loopbackHost = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i;

/**
 * HOST_NOT_ALLOWED for requests to any name but this machine's own. Against DNS rebinding: a page of evil.example whose name
 * suddenly resolves to 127.0.0.1 is of the same origin as the server, but it cannot change the Host header.
 */
export function refuseForeignHosts(server: HttpServer): void {
  server.addHook('onRequest', (request, _reply, done) => {
    const { host } = request.headers;
    // Only HTTP/1.0 may leave it out, and no browser does.
    if (host === undefined || loopbackHost.test(host)) return done();
    throw new FlightdeckError(
      'HOST_NOT_ALLOWED',
      'Without keys this server answers only to the names of its own machine. Call it as localhost or 127.0.0.1, ' +
        'or list keys in SERVING_KEYS_FILE.',
    );
  });
}

/**
 * CROSS_ORIGIN_REFUSED for requests of pages from elsewhere. Not offering CORS is not enough: a browser sends a form, or a POST
 * of plain text, without asking first, and only keeps the answer from the page.
 */
export function refuseForeignOrigins(server: HttpServer, allowed: readonly string[]): void {
  const origins = new Set(allowed);
  server.addHook('onRequest', (request, _reply, done) => {
    if (isOwnOrNone(request) || origins.has(request.headers.origin ?? '')) return done();
    throw new FlightdeckError(
      'CROSS_ORIGIN_REFUSED',
      'Requests from web pages of other origins are refused. SERVING_CORS_ORIGINS lists the origins whose pages may call.',
    );
  });
}

/** Reading the answer of a page that is on the list needs CORS; errors and preflights included. */
export async function allowOrigins(server: HttpServer, allowed: readonly string[]): Promise<void> {
  for (const origin of allowed) assertOrigin(origin);
  await server.register(cors, {
    origin: [...allowed],
    allowedHeaders: [
      'authorization',
      'content-type',
      'inference-header-content-length',
      'request-timeout',
      'traceparent',
      'tracestate',
      'x-request-id',
    ],
    exposedHeaders: ['inference-header-content-length', 'retry-after', 'x-request-id'],
    maxAge: 600,
    // Else OPTIONS without an origin is answered in plain text, not in our error body.
    strictPreflight: false,
  });
}

/**
 * Whether no page sent it, or one that this server itself served. `Origin` comes with every request of a page that is not a
 * plain GET; `Sec-Fetch-Site` with those too (an image, a script). A link from elsewhere that somebody clicked is fine.
 */
function isOwnOrNone({ method, headers }: FastifyRequest): boolean {
  const { origin, host, 'sec-fetch-site': site, 'sec-fetch-mode': mode } = headers;
  if (origin !== undefined) return origin === `http://${host}` || origin === `https://${host}`;
  return (
    site === undefined ||
    site === 'same-origin' ||
    site === 'none' ||
    (mode === 'navigate' && method === 'GET')
  );
}

function assertOrigin(origin: string): void {
  if (URL.canParse(origin) && new URL(origin).origin === origin && !origin.includes('*')) return;
  throw new FlightdeckError(
    'CORS_ORIGIN_INVALID',
    `"${origin}" in SERVING_CORS_ORIGINS is no origin. Write scheme, name and port, such as https://example.com ` +
      'or http://localhost:5173; a wildcard would let any page in.',
  );
}
