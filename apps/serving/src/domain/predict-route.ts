// POST /v1/models/{model}/predict: one instance or many in, as many predictions out. What is inside an instance is checked
// against the model's signature further down; the schema here is only the envelope.

import { z } from 'zod';
import type { Answer, DataPlane } from '../data-plane.ts';
import { answers } from '../errors.ts';
import type { HttpServer } from '../http-server.ts';

const instance = z.unknown().meta({
  description:
    'One value per feature, by name. Absent or null takes the default that GET /v1/models declares.',
  type: 'object',
  additionalProperties: { type: ['number', 'string', 'null'] },
});

const requestBody = z
  .strictObject(
    { instance: instance.optional(), instances: z.array(instance, 'must be a list').optional() },
    { error: 'must be a JSON object that holds either instance or instances and nothing else' },
  )
  .refine((body) => 'instance' in body !== 'instances' in body, {
    error: 'must hold exactly one of instance (an object) and instances (a list of objects)',
  })
  .meta({ oneOf: [{ required: ['instance'] }, { required: ['instances'] }] });

const prediction = z
  .object({
    probability: z.number().describe('Of the positive class, calibrated.'),
    positive: z.boolean().describe("Whether the probability reaches the version's threshold."),
    defaulted: z
      .array(z.string())
      .readonly()
      .describe('Features that were absent and took their declared default.'),
    unknown: z
      .array(z.string())
      .readonly()
      .describe('Categorical features whose value the model never saw in training.'),
  })
  .meta({ id: 'Prediction' });

const answerHead = z.object({ model: z.string(), version: z.number().int(), requestId: z.string() });
const answerBody = z.union([
  answerHead.extend({ prediction }),
  answerHead.extend({ predictions: z.array(prediction).readonly() }),
]);

const refusals = [
  'MALFORMED_JSON',
  'INVALID_BODY',
  'NO_INSTANCES',
  'UNKNOWN_FIELD',
  'WRONG_TYPE',
  'OUT_OF_RANGE',
  'STRING_TOO_LONG',
  'MODEL_NOT_FOUND',
  'BODY_TOO_LARGE',
  'TOO_MANY_INSTANCES',
  'UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL',
  'MODEL_NOT_READY',
] as const;

export function predictRoute(server: HttpServer, plane: DataPlane): void {
  server.post(
    '/v1/models/:model/predict',
    {
      schema: {
        summary: 'Predict for one instance or many',
        params: z.object({ model: z.string().describe("The endpoint's name.") }),
        body: requestBody,
        response: answers(answerBody, refusals),
      },
    },
    async (request) => {
      const { body, params, id } = request;
      const single = !('instances' in body);
      const answer = await plane.predict(params.model, single ? [body.instance] : (body.instances ?? []));
      return toBody(answer, single, id);
    },
  );
}

function toBody({ model, version, predictions }: Answer, single: boolean, requestId: string) {
  const head = { model, version, requestId };
  return single ? { ...head, prediction: predictions[0]! } : { ...head, predictions };
}
