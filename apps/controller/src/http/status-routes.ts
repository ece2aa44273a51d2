// What is here, how it goes, what was decided; health for whoever restarts processes, metrics for whoever scrapes.

import { FlightdeckError } from '@flightdeck/core';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { id, limit, queryOf } from './parse.ts';

const decisionsQuery = z.strictObject({ model: id.optional(), kind: id.optional(), limit });

export function statusRoutes(app: FastifyInstance, { registry, times, loop, renderMetrics }: AppDeps): void {
  const open = { config: { needs: 'open' }, logLevel: 'warn' } as const;
  const read = { config: { needs: 'read' } } as const;

  app.get('/v1/status', read, async () => ({
    ...loop(),
    eventTime: Object.fromEntries([...times].map(([model, at]) => [model, new Date(at).toISOString()])),
  }));

  app.get('/v1/decisions', read, async (request) => {
    const { model, kind, limit: most } = queryOf(request, decisionsQuery);
    const only = { ...(model !== undefined && { model }), ...(kind !== undefined && { kind }) };
    return { decisions: await registry.decisions.list({ ...only, limit: most }) };
  });

  app.get('/health/live', open, async () => ({ live: true }));

  app.get('/health/ready', open, async () => {
    const { leads, last, failure } = loop();
    if (failure !== null) throw notReady(failure);
    if (leads && last === null) throw notReady('The first tick has not ended yet.');
    return { ready: true, leads };
  });

  app.get('/metrics', { config: { needs: 'read' }, logLevel: 'warn' }, async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await renderMetrics()),
  );
}

function notReady(why: string): FlightdeckError {
  return new FlightdeckError('NOT_READY', why);
}
