// For the console: what reports have found over time, in numbers.

import type { DriftHistoryAnswer, DriftWindowAnswer, MonitoredEndpointsAnswer } from '@flightdeck/admin-api';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { reportHistory } from '../monitoring/report-history.ts';
import { limitsOf } from '../monitoring/window-numbers.ts';
import { id, queryOf } from './parse.ts';

const version = z.coerce.number().int().positive();
const moment = z.coerce.number().int();

const historyQuery = z.strictObject({
  endpoint: id,
  version: version.optional(),
  length: z.coerce.number().int().positive(),
  limit: z.coerce.number().int().min(1).max(180).default(60),
});

const windowQuery = z.strictObject({
  ...{ endpoint: id, version, from: moment, to: moment },
  feature: id.optional(),
});

export function driftRoutes(app: FastifyInstance, { registry, policyOf }: AppDeps): void {
  const read = { config: { needs: 'read' } } as const;
  const history = reportHistory(registry);

  app.get('/v1/drift/endpoints', read, async (): Promise<MonitoredEndpointsAnswer> => {
    return { endpoints: await history.endpoints() };
  });

  app.get('/v1/drift', read, async (request): Promise<DriftHistoryAnswer> => {
    const { endpoint, version: one, length, limit } = queryOf(request, historyQuery);
    const { model } = await registry.endpoints.get(endpoint);
    const [policy, windows] = await Promise.all([
      policyOf(model),
      history.windows({ endpoint, lengthMinutes: length, limit, ...(one !== undefined && { version: one }) }),
    ]);
    const own = policy.windows.find(({ lengthMinutes }) => lengthMinutes === length);
    return { endpoint, model, lengthMinutes: length, alarms: own ? limitsOf(own.alarms) : null, windows };
  });

  app.get('/v1/drift/window', read, async (request): Promise<DriftWindowAnswer> => {
    const { feature, ...query } = queryOf(request, windowQuery);
    return history.window({ ...query, ...(feature !== undefined && { feature }) });
  });
}
