// For the console: endpoints: traffic, shadows, the rollout under way, how requests fare.

import type { EndpointAnswer, EndpointHead } from '@flightdeck/admin-api';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { answerOf } from '../endpoints/endpoint-answer.ts';
import { headOfEndpoint } from '../endpoints/endpoint-head.ts';
import { modelName, queryOf } from './parse.ts';

export function endpointRoutes(app: FastifyInstance, { registry, made, times }: AppDeps): void {
  const read = { config: { needs: 'read' } } as const;

  app.get('/v1/endpoints', read, async (): Promise<{ endpoints: readonly EndpointHead[] }> => {
    const found = await registry.endpoints.list();
    return { endpoints: await Promise.all(found.map((endpoint) => headOfEndpoint(registry, endpoint))) };
  });

  app.get('/v1/endpoints/:name', read, async (request): Promise<EndpointAnswer> => {
    const { name } = queryOf(request, z.strictObject({ name: modelName }));
    return answerOf({ registry, made, times }, await registry.endpoints.get(name));
  });
}
