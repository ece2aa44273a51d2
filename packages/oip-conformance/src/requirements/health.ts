// Live and ready: of the server, and of each model.

import { z } from 'zod';
import { type Answer, described } from '../http-client.ts';
import { jsonOf } from '../json-answer.ts';
import { type Model, modelPath } from '../model-under-test.ts';
import { unmet } from '../outcome.ts';
import { recommended, required } from '../requirement.ts';
import { type Server, unknownModel } from '../server-under-test.ts';
import { texts } from '../texts.ts';

export const serverHealth = [
  required<Server>('health.live', texts.serverLive, 'GET /v2/health/live answers 200.', async ({ client }) =>
    require200(await client({ method: 'GET', path: '/v2/health/live' })),
  ),
  recommended<Server>(
    'health.live.body',
    texts.serverLive,
    'The body of the live answer is {"live": true}.',
    async ({ client }) =>
      requireBody(
        await client({ method: 'GET', path: '/v2/health/live' }),
        z.looseObject({ live: z.literal(true) }),
        '{"live": true}',
      ),
  ),
  required<Server>(
    'health.ready',
    texts.serverReady,
    'GET /v2/health/ready answers 200.',
    async ({ client }) => require200(await client({ method: 'GET', path: '/v2/health/ready' })),
  ),
  recommended<Server>(
    'health.ready.body',
    texts.serverReady,
    'The body of the ready answer is {"ready": true} or, as the text prints it, {"live": true}.',
    async ({ client }) =>
      requireBody(
        await client({ method: 'GET', path: '/v2/health/ready' }),
        z.union([z.looseObject({ ready: z.literal(true) }), z.looseObject({ live: z.literal(true) })]),
        '{"ready": true} or {"live": true}',
      ),
  ),
  required<Server>(
    'health.model-ready.unknown',
    texts.modelReady,
    'A model that the server does not have is not ready: 4xx or 503.',
    async ({ client }) => {
      const answer = await client({ method: 'GET', path: `${modelPath(unknownModel)}/ready` });
      if (!isNotReady(answer)) throw unmet('HTTP 4xx or 503', described(answer));
    },
  ),
];

export const modelHealth = [
  required<Model>(
    'health.model-ready',
    texts.modelReady,
    'GET /v2/models/{model}/ready answers 200 for a model that can be used.',
    async (model) => require200(await readyAnswer(model)),
  ),
  recommended<Model>(
    'health.model-ready.body',
    texts.modelReady,
    'The body of the model-ready answer is {"name": "{model}", "ready": true}.',
    async (model) =>
      requireBody(
        await readyAnswer(model),
        z.looseObject({ name: z.literal(model.name), ready: z.literal(true) }),
        `{"name": "${model.name}", "ready": true}`,
      ),
  ),
];

export function readyAnswer({ client, name }: Model, version?: string): Promise<Answer> {
  return client({ method: 'GET', path: `${modelPath(name, version)}/ready` });
}

export function isNotReady({ status }: Answer): boolean {
  return (status >= 400 && status < 500) || status === 503;
}

export function require200(answer: Answer): void {
  if (answer.status !== 200) throw unmet('HTTP 200', described(answer));
}

function requireBody(answer: Answer, schema: z.ZodType, expected: string): void {
  if (!schema.safeParse(jsonOf(answer)).success) throw unmet(expected, described(answer));
}
