// For the console: the loop at a glance.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { modelName, queryOf } from './parse.ts';

export function overviewRoutes(app: FastifyInstance, { overview }: AppDeps): void {
  app.get('/v1/overview', { config: { needs: 'read' } }, async (request) => {
    const { model } = queryOf(request, z.strictObject({ model: modelName.optional() }));
    return overview(model);
  });
}
