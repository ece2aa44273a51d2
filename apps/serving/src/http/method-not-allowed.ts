// A known address with a wrong method is answered with 405 and the methods that it has, not with 404.

import { FlightdeckError } from '@flightdeck/core';
import type { HTTPMethods } from 'fastify';
import type { HttpServer } from './http-server.ts';

const methods: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Call it before the routes, and what it returns behind them. */
export function watchMethods(server: HttpServer): () => void {
  const allowed = new Map<string, Set<string>>();
  server.addHook('onRoute', ({ url, method }) => {
    const known = allowed.get(url) ?? new Set();
    for (const each of [method].flat()) known.add(each);
    allowed.set(url, known);
  });
  return () => {
    for (const [url, known] of [...allowed].filter(([address]) => !address.includes('*')))
      refuse(server, url, [...known]);
  };
}

function refuse(server: HttpServer, url: string, known: readonly string[]): void {
  const others = methods.filter((method) => !known.includes(method));
  if (others.length === 0) return;
  server.route({
    method: others,
    url,
    schema: { hide: true },
    // Before the body: what it is, does not matter any more.
    onRequest: async (request, reply) => {
      reply.header('allow', known.join(', '));
      throw new FlightdeckError(
        'METHOD_NOT_ALLOWED',
        `${request.method} is not for this address. Use ${known.join(' or ')}.`,
      );
    },
    handler: async () => undefined,
  });
}
