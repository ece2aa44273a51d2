// For the console: predictions: search, one of them, review and labels.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { storeLabel } from '../questions/serving.ts';
import { taken } from './errors.ts';
import { askedBy, askedFields, bodyOf, id, limit, modelName, queryOf } from './parse.ts';

/** ISO 8601, as milliseconds since 1970 UTC. */
const moment = z.iso.datetime().transform((time) => Date.parse(time));
/** `AT~ID` of the last prediction of the page before. */
const cursor = z
  .string()
  .regex(/^\d{1,16}~[0-9a-z]{12}-(0|[1-9a-z][0-9a-z]{0,10})-(0|[1-9][0-9]{0,8})$/)
  .transform((text) => {
    const [at, id] = text.split('~');
    return { at: Number(at), id: id! };
  });
const score = z.coerce.number().min(0).max(1);
const yesOrNo = z.enum(['yes', 'no']).transform((word) => word === 'yes');
const version = z.coerce.number().int().positive();

const pageQuery = z.strictObject({
  model: modelName,
  requestId: id.optional(),
  unit: id.optional(),
  endpoint: id.optional(),
  version: version.optional(),
  variant: id.optional(),
  minimumScore: score.optional(),
  maximumScore: score.optional(),
  hasFailed: yesOrNo.optional(),
  isLabelled: yesOrNo.optional(),
  from: moment.optional(),
  until: moment.optional(),
  before: cursor.optional(),
  limit,
});

const oneQuery = z.strictObject({ model: modelName, id });
const reviewQuery = z.strictObject({ model: modelName, limit });
const labelBody = z.strictObject({
  ...askedFields,
  model: modelName,
  label: z.union([z.literal(0), z.literal(1)]),
});

export function predictionRoutes(app: FastifyInstance, { predictions, serving }: AppDeps): void {
  const read = { config: { needs: 'read' } } as const;
  const write = { config: { needs: 'admin', writes: true } } as const;
  app.addHook('onClose', () => predictions.close());

  app.get('/v1/predictions', read, async (request) => {
    const { model, ...query } = queryOf(request, pageQuery);
    return predictions.find(model, query);
  });

  app.get('/v1/predictions/:id', read, async (request) => predictions.get(queryOf(request, oneQuery)));

  app.get('/v1/predictions/:id/opinions', read, async (request) =>
    predictions.opinions(queryOf(request, oneQuery)),
  );

  app.get('/v1/predictions/:id/contributions', read, async (request) => {
    const query = queryOf(request, oneQuery.extend({ version: version.optional() }));
    return predictions.contributions(query, query.version);
  });

  app.get('/v1/review', read, async (request) => {
    const { model, limit } = queryOf(request, reviewQuery);
    return predictions.review(model, limit);
  });

  app.post('/v1/predictions/:id/label', write, async (request, reply) => {
    const { model, label, ...asked } = bodyOf(request, labelBody);
    const name = { model, id: queryOf(request, z.strictObject({ id })).id };
    const labelled = await predictions.label(name, label, askedBy(request, asked), (endpoint, given) =>
      storeLabel(serving, endpoint, given, request.id),
    );
    return reply.code(taken).send(labelled);
  });
}
