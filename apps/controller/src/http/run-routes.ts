// For the console: runs, their curves and their lines.

import type { RunLinesAnswer } from '@flightdeck/admin-api';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { describeRun, listRuns, seriesOf } from '../runs/runs.ts';
import { id, limit, modelName, queryOf } from './parse.ts';

const runsQuery = z.strictObject({
  model: modelName.optional(),
  status: z.enum(['running', 'finished', 'failed']).optional(),
  limit,
  before: id.optional(),
});
const ofRun = z.strictObject({ id });

export function runRoutes(app: FastifyInstance, { registry, queue }: AppDeps): void {
  const read = { config: { needs: 'read' } } as const;

  app.get('/v1/runs', read, (request) => listRuns(registry, queryOf(request, runsQuery)));

  app.get('/v1/runs/:id', read, (request) => describeRun(registry, queryOf(request, ofRun).id));

  app.get('/v1/runs/:id/series', read, (request) => seriesOf(registry, queryOf(request, ofRun).id));

  app.get('/v1/runs/:id/lines', read, async (request): Promise<RunLinesAnswer> => {
    const { id: run, limit: most } = queryOf(request, ofRun.extend({ limit }));
    await registry.runs.get(run);
    const lines = await queue.logs(run);
    return { lines: lines.slice(-most), before: Math.max(0, lines.length - most) };
  });
}
