// Experiments: look at them, start one and learn its plan, stop one.

import type { ExperimentAnswer, ServedModelsAnswer } from '@flightdeck/admin-api';
import { experimentSchema, planExperiment } from '@flightdeck/rollout';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { experimentChoices } from '../experiments/experiment-choices.ts';
import { experimentHistory } from '../experiments/experiment-history.ts';
import type { RunningExperiment } from '../experiments/experiment-record.ts';
import { taken } from './errors.ts';
import { askedBy, askedFields, bodyOf, modelName, queryOf } from './parse.ts';

/** It salts an endpoint's traffic, which takes so many characters. */
const name = z.string().regex(/^[\w.-]{1,63}$/);

/** It begins when it is asked for, by event time, so nobody declares when. */
const declared = z
  .looseObject({ name, startsAt: z.undefined('is not declared: it begins now').optional() })
  .transform((experiment) => ({ ...experiment, startsAt: 0 }))
  .pipe(experimentSchema);

const planBody = z.strictObject({ experiment: declared });
const startBody = z.strictObject({ ...askedFields, model: modelName, experiment: declared });

export function experimentRoutes(app: FastifyInstance, deps: AppDeps): void {
  const { experiments } = deps;
  const history = experimentHistory(deps);
  const choices = experimentChoices(deps);
  const read = { config: { needs: 'read' } } as const;
  const write = { config: { needs: 'admin', writes: true } } as const;
  const only = z.strictObject({ name });
  const ofModel = z.strictObject({ model: modelName });

  app.get('/v1/experiments', read, async () => ({ experiments: (await experiments.list()).map(shown) }));

  app.get('/v1/experiments/:name', read, async (request) =>
    shown(await experiments.get(queryOf(request, only).name)),
  );

  app.get('/v1/experiments/:name/history', read, async (request) =>
    history(await experiments.get(queryOf(request, only).name)),
  );

  app.get('/v1/served-models', read, async (): Promise<ServedModelsAnswer> => {
    const endpoints = await deps.registry.endpoints.list();
    return { models: [...new Set(endpoints.map(({ model }) => model))] };
  });

  app.get('/v1/models/:model/experiment-choices', read, async (request) =>
    choices.of(queryOf(request, ofModel).model),
  );

  app.post('/v1/models/:model/experiment-plans', read, async (request) => {
    const { model } = queryOf(request, ofModel);
    return choices.plan(model, bodyOf(request, planBody).experiment);
  });

  app.post('/v1/experiments', write, async (request, reply) => {
    const body = bodyOf(request, startBody);
    const started = await experiments.start(body.model, body.experiment, askedBy(request, body));
    return reply.code(taken).send(shown(started));
  });

  app.post('/v1/experiments/:name/stop', write, async (request, reply) => {
    const body = bodyOf(request, z.strictObject(askedFields));
    const stopped = await experiments.stop(queryOf(request, only).name, askedBy(request, body));
    return reply.code(taken).send(shown(stopped));
  });
}

function shown({ procedure, experiment, ...content }: RunningExperiment): ExperimentAnswer {
  const { endpoint, createdAt, updatedAt } = procedure;
  return { ...content, endpoint, createdAt, updatedAt, experiment, plan: planExperiment(experiment) };
}
