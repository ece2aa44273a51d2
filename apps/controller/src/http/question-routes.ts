// For the console: questions to the model, passed on to serving.

import type { AskableAnswer } from '@flightdeck/admin-api';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { questionForm } from '../questions/question-form.ts';
import { askServing, predictPath } from '../questions/serving.ts';
import { bodyOf, id, queryOf } from './parse.ts';

const questionBody = z.strictObject({ endpoint: id, instance: z.record(z.string(), z.json()) });

export function questionRoutes(app: FastifyInstance, { registry, serving, times }: AppDeps): void {
  const read = { config: { needs: 'read' } } as const;

  app.get('/v1/questions', read, async (): Promise<AskableAnswer> => {
    const endpoints = (await registry.endpoints.list()).map(({ name, model }) => ({ name, model }));
    return { url: serving.url.replace(/\/$/, ''), needsKey: serving.key !== undefined, endpoints };
  });

  app.get('/v1/questions/:endpoint', read, async (request) => {
    const { endpoint } = queryOf(request, z.strictObject({ endpoint: id }));
    return questionForm(registry, endpoint, (model) => times.get(model) ?? null);
  });

  // It is answered with the controller's own key, and stands in the prediction log afterwards: more than to read.
  app.post('/v1/questions', { config: { needs: 'admin' } }, async (request) => {
    const { endpoint, instance } = bodyOf(request, questionBody);
    await registry.endpoints.get(endpoint);
    return askServing(serving, predictPath(endpoint), { instance }, request.id);
  });
}
