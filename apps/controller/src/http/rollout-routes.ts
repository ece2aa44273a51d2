// Rollouts: look at them, start, halt, resume, abort; and take back a champion.

import type { RolloutAnswer } from '@flightdeck/admin-api';
import { stagesOf } from '@flightdeck/rollout';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { headOfRollout as headOf } from '../endpoints/endpoint-head.ts';
import { taken } from './errors.ts';
import { askedBy, askedFields, bodyOf, id, limit, modelName, queryOf } from './parse.ts';

const startBody = z.strictObject({
  ...askedFields,
  model: modelName,
  /** The challenger's, where it is left out. */
  version: z.int().positive().optional(),
});

const changePath = z.strictObject({ id, action: z.enum(['halt', 'resume', 'abort']) });

export function rolloutRoutes(app: FastifyInstance, { rollouts, looks }: AppDeps): void {
  const read = { config: { needs: 'read' } } as const;
  const write = { config: { needs: 'admin', writes: true } } as const;

  app.get('/v1/rollouts', read, async (request) => {
    const { endpoint, limit: most } = queryOf(request, z.strictObject({ endpoint: id.optional(), limit }));
    const found = await rollouts.list({ ...(endpoint !== undefined && { endpoint }), limit: most });
    return { rollouts: found.map(headOf) };
  });

  app.get('/v1/rollouts/:id', read, async (request): Promise<RolloutAnswer> => {
    const rollout = await rollouts.get(queryOf(request, z.strictObject({ id })).id);
    const { policy, asked, state } = rollout;
    const look = looks.get(state.id) ?? null;
    return { ...headOf(rollout), asked, policy, stages: stagesOf(policy), decisions: state.decisions, look };
  });

  app.post('/v1/rollouts', write, async (request, reply) => {
    const body = bodyOf(request, startBody);
    const started = await rollouts.start(body.model, body.version, askedBy(request, body));
    return reply.code(taken).send(headOf(started));
  });

  app.post('/v1/rollouts/:id/:action', write, async (request, reply) => {
    const { id: which, action } = queryOf(request, changePath);
    const body = bodyOf(request, z.strictObject(askedFields));
    return reply.code(taken).send(headOf(await rollouts.change(which, action, askedBy(request, body))));
  });

  app.post('/v1/models/:model/rollback', write, async (request, reply) => {
    const { model } = queryOf(request, z.strictObject({ model: modelName }));
    const body = bodyOf(request, z.strictObject(askedFields));
    return reply.code(taken).send(await rollouts.takeBack(model, askedBy(request, body)));
  });
}
