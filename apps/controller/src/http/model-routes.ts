// For the console: models, their versions and aliases, and the promotion of one.

import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import {
  compareVersions,
  describeModel,
  describeVersion,
  listModels,
  listMoves,
  listVersions,
} from '../models/models.ts';
import { taken } from './errors.ts';
import { askedBy, askedFields, bodyOf, id, limit, modelName, queryOf } from './parse.ts';

const number = z.coerce.number().int().positive();
const ofModel = z.strictObject({ model: modelName });
const page = { limit, before: number.optional() };

const promotion = z.strictObject({
  ...askedFields,
  version: z.int().positive(),
  expected: z.int().positive().nullable().optional(),
});

export function modelRoutes(app: FastifyInstance, { registry, promotions }: AppDeps): void {
  const read = { config: { needs: 'read' } } as const;
  const write = { config: { needs: 'admin', writes: true } } as const;

  app.get('/v1/models', read, () => listModels(registry));

  app.get('/v1/models/:model', read, (request) => describeModel(registry, queryOf(request, ofModel).model));

  app.get('/v1/models/:model/versions', read, (request) => {
    const { model, ...which } = queryOf(request, ofModel.extend(page));
    return listVersions(registry, model, which);
  });

  app.get('/v1/models/:model/versions/:version', read, (request) => {
    const { model, version } = queryOf(request, ofModel.extend({ version: number }));
    return describeVersion(registry, model, version);
  });

  app.get('/v1/models/:model/moves', read, (request) => {
    const { model, ...which } = queryOf(request, ofModel.extend({ ...page, alias: id.optional() }));
    return listMoves(registry, model, which);
  });

  app.get('/v1/models/:model/comparison', read, (request) => {
    const { model, ...which } = queryOf(request, ofModel.extend({ a: number, b: number }));
    return compareVersions(registry, model, which);
  });

  app.put('/v1/models/:model/aliases/:alias', write, async (request, reply) => {
    const { model, alias } = queryOf(request, ofModel.extend({ alias: id }));
    const { version, expected, ...asked } = bodyOf(request, promotion);
    const move = { model, alias, version, expected };
    return reply.code(taken).send(await promotions.promote(move, askedBy(request, asked)));
  });
}
