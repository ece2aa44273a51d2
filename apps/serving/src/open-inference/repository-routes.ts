// POST /v2/repository/…: which models there are, and the wish to have one served or no longer. Loading and unloading edit desired
// state: they outlast this process and hold for every one that serves.

import { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { inferenceAnswers } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import { repositoryIndex } from './protocol-schemas.ts';
import { quoted } from './refusals.ts';

const indexBody = known(
  { ready: z.boolean().optional().describe('Whether to list ready ones alone.') },
  'ready',
);
const loadBody = known(
  { parameters: known({}, 'nothing, since a version is served as it was registered').optional() },
  'parameters',
);
/** Nothing here depends on another model, so that nothing else has to be unloaded either way. */
const unloadBody = known(
  { parameters: known({ unload_dependents: z.boolean().optional() }, 'unload_dependents').optional() },
  'parameters',
);

const wishParams = z.object({ model: z.string().describe('The name of a registered model.') });
const done = z.object({}).meta({ description: 'Done.' });

const refusals = [
  'MALFORMED_JSON',
  'INVALID_BODY',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'UNSUPPORTED_ENCODING',
] as const;

export function repositoryRoutes(scope: HttpServer, plane: DataPlane): void {
  scope.post(
    '/v2/repository/index',
    {
      schema: {
        summary: 'Every version of every registered model',
        body: indexBody.nullish(),
        response: inferenceAnswers(repositoryIndex, refusals),
      },
    },
    async ({ body }) => {
      const index = await plane.repository.index();
      const listed = body?.ready ? index.filter(({ state }) => state === 'READY') : index;
      return listed.map(({ model, version, state, reason }) => ({
        name: model,
        version: String(version),
        state,
        reason,
      }));
    },
  );
  scope.post(
    '/v2/repository/models/:model/load',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Serve a model: give it an endpoint, and wait until it is ready',
        params: wishParams,
        body: loadBody.nullish(),
        response: inferenceAnswers(done, [...refusals, 'MODEL_NOT_FOUND', 'MODEL_LOAD_FAILED']),
      },
    },
    async ({ params }) => {
      await plane.repository.load(params.model);
      return {};
    },
  );
  scope.post(
    '/v2/repository/models/:model/unload',
    {
      config: { scope: 'admin' },
      schema: {
        summary: 'Serve a model no longer: take its endpoint away',
        params: wishParams,
        body: unloadBody.nullish(),
        response: inferenceAnswers(done, [...refusals, 'MODEL_NOT_FOUND']),
      },
    },
    async ({ params }) => {
      await plane.repository.unload(params.model);
      return {};
    },
  );
}

/** An object of these members alone; any other is refused by its name, never ignored. */
function known<Shape extends z.ZodRawShape>(shape: Shape, takes: string) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `${issue.keys.map(quoted).join(', ')} is not supported; it takes ${takes}`
        : 'must be a JSON object',
  });
}
