// GET /: what is here, for somebody who opened the port in a browser.

import { z } from 'zod';
import { answers } from '../errors.ts';
import type { SecurityOptions } from '../security/register-security.ts';
import type { HttpServer } from './http-server.ts';

/** Before the other routes: it lists what is registered from here on, each under the summary of its schema. */
export function indexRoute(server: HttpServer, { keys }: SecurityOptions): void {
  const routes: Record<string, string> = {};
  server.addHook('onRoute', ({ method, url, schema }) => {
    if (method === 'HEAD' || !schema || schema.hide) return;
    routes[`${method} ${url.replaceAll(/:(\w+)/g, '{$1}')}`] = schema.summary ?? '';
  });
  const authorization = keys
    ? 'Send Authorization: Bearer KEY. This page, /docs and the health checks are open.'
    : 'No key is needed: the server listens to its own machine only.';
  server.get(
    '/',
    {
      config: { scope: 'open' },
      schema: {
        summary: 'What is here',
        response: answers(
          z.object({ name: z.string(), authorization: z.string(), routes: z.record(z.string(), z.string()) }),
        ),
      },
    },
    async () => ({
      name: 'flightdeck serving',
      authorization,
      routes: { ...routes, 'GET /docs': 'this API, as a page; /docs/json as OpenAPI 3.1' },
    }),
  );
}
