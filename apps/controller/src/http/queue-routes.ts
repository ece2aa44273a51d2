// For the console: what the trainers are at.

import type { TrainerJobsAnswer } from '@flightdeck/admin-api';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { limit, queryOf } from './parse.ts';
import { withFailure } from './retraining-routes.ts';

export function queueRoutes(app: FastifyInstance, { queue }: AppDeps): void {
  app.get('/v1/queue/jobs', { config: { needs: 'read' } }, async (request): Promise<TrainerJobsAnswer> => {
    const { limit: most } = queryOf(request, z.strictObject({ limit }));
    return { jobs: (await queue.trainerJobs(most)).map(withFailure) };
  });
}
