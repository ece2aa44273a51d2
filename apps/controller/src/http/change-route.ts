// GET /v1/changes: server-sent events (WHATWG HTML, 9.2). Each is called `changed` and says nothing but that.

import { FlightdeckError } from '@flightdeck/core';
import type { FastifyInstance } from 'fastify';
import type { AppDeps } from '../app.ts';

/** Each is a connection that stays open. */
const mostListeners = 200;
/** So that what is between does not close a connection on which nothing happens. */
const heartbeatMs = 15_000;

export function changeRoute(app: FastifyInstance, { changes }: AppDeps): void {
  const open = new Set<() => void>();
  app.addHook('preClose', async () => {
    for (const end of open) end();
  });

  app.get('/v1/changes', { config: { needs: 'read' }, logLevel: 'warn' }, async (_request, reply) => {
    if (changes.listeners >= mostListeners)
      throw new FlightdeckError('TOO_MANY_LISTENERS', `${mostListeners} listen already. Close some pages.`);
    const { raw } = reply.hijack();
    raw.writeHead(200, {
      ...reply.getHeaders(),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
    } as Record<string, string>);
    raw.write('retry: 2000\n\n');
    const stopListening = changes.listen(() => raw.write('event: changed\ndata:\n\n'));
    const heartbeat = setInterval(() => raw.write(':\n\n'), heartbeatMs);
    const end = () => {
      clearInterval(heartbeat);
      stopListening();
      open.delete(end);
      raw.end();
    };
    open.add(end);
    raw.on('close', end);
  });
}
