// Retrainings: what the queue has, and what people do with it.

import { FlightdeckError } from '@flightdeck/core';
import type { Retraining } from '@flightdeck/queue';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { AppDeps } from '../app.ts';
import { actions } from '../retrainings/retraining-record.ts';
import { rolloutOf } from '../retrainings/retraining-rollout.ts';
import { stepsOf } from '../retrainings/retraining-steps.ts';
import { taken } from './errors.ts';
import { askedBy, askedFields, bodyOf, id, limit, modelName, queryOf } from './parse.ts';

const startBody = z.strictObject({ ...askedFields, model: modelName, action: z.enum(actions) });
const reasonBody = z.strictObject(askedFields);

export function retrainingRoutes(
  app: FastifyInstance,
  { registry, retrainings, queue, decisions }: AppDeps,
): void {
  const read = { config: { needs: 'read' } } as const;
  const write = { config: { needs: 'admin', writes: true } } as const;
  const only = z.strictObject({ id });

  app.get('/v1/retrainings', read, async (request) => {
    const { limit: most } = queryOf(request, z.strictObject({ limit }));
    const [found, counts] = await Promise.all([queue.list(most), queue.counts()]);
    return { ...counts, retrainings: found.map(headOf) };
  });

  app.get('/v1/retrainings/:id', read, async (request) => {
    const { id: which } = queryOf(request, only);
    const status = await queue.status(which);
    if (status === null) throw notQueued(which);
    const [logs, rollout] = await Promise.all([queue.logs(which), rolloutOf(registry, status)]);
    const stages = status.stages.map(withFailure);
    return { ...headOf(status), stages, steps: stepsOf(status, rollout), logs };
  });

  app.post('/v1/retrainings', write, async (request, reply) => {
    const body = bodyOf(request, startBody);
    const asked = { ...askedBy(request, body), id: request.id };
    return reply.code(taken).send({ decision: await retrainings.ask(body.model, body.action, asked) });
  });

  app.post('/v1/retrainings/:id/cancel', write, async (request, reply) => {
    const { id: which } = queryOf(request, only);
    const { by, why } = askedBy(request, bodyOf(request, reasonBody));
    const cancelled = await queue.cancel(which, { actor: by, reason: why });
    if (cancelled.state === 'cancelled')
      await told('cancel-retraining', cancelled.job.model, { by, why }, { retraining: which });
    return reply.code(taken).send(headOf(cancelled));
  });

  app.post('/v1/retrainings/:id/retry', write, async (request, reply) => {
    const { id: which } = queryOf(request, only);
    const asked = askedBy(request, bodyOf(request, reasonBody));
    const status = await queue.status(which);
    const submitted = await queue.retry(which);
    await told('retry-retraining', status!.job.model, asked, { retraining: which });
    return reply.code(taken).send(submitted);
  });

  for (const action of ['pause', 'resume'] as const) {
    app.post(`/v1/retrainings/${action}`, write, async (request, reply) => {
      const asked = askedBy(request, bodyOf(request, reasonBody));
      await queue[action]();
      await told(`${action}-trainers`, 'all', asked, {});
      return reply.code(taken).send(await queue.counts());
    });
  }

  async function told(
    kind: string,
    model: string,
    { by, why }: { by: string; why: string },
    evidence: Readonly<Record<string, string>>,
  ): Promise<void> {
    await decisions.append({ model, kind, actor: by, reason: why, evidence });
  }
}

function headOf({
  id: which,
  job,
  state,
  submittedAt,
  startedAt,
  endedAt,
  result,
  failure,
  cancelled,
}: Retraining) {
  return {
    id: which,
    job,
    state,
    submittedAt,
    startedAt,
    endedAt,
    result,
    failure: failureOf(failure),
    cancelled,
  };
}

export function withFailure<Stage extends { readonly failure: FlightdeckError | null }>(stage: Stage) {
  return { ...stage, failure: failureOf(stage.failure) };
}

function failureOf(failure: FlightdeckError | null) {
  return failure && { code: failure.code, message: failure.message };
}

function notQueued(which: string): FlightdeckError {
  return new FlightdeckError(
    'RUN_NOT_QUEUED',
    `The queue knows no retraining ${which}. GET /v1/retrainings lists what there is.`,
  );
}
