// POST /v1/models/{model}/predict: one instance or many in, as many predictions out. What is inside an instance is checked
// against the model's signature further down; the schema here is only the envelope.

import { FlightdeckError } from '@flightdeck/core';
import { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { answers } from '../errors.ts';
import { refuseEarly } from '../http/early-refusal.ts';
import type { HttpServer } from '../http/http-server.ts';
import { requestContext } from '../http/request-context.ts';
import type { LoadedModel } from '../state/model-loader.ts';
import type { Prediction } from './domain-model.ts';

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

const scorePrediction = z
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
  .meta({ id: 'ScorePrediction' });

const tensorPrediction = z
  .object({ outputs: z.record(z.string(), z.unknown()).readonly().describe('One value per output.') })
  .meta({ id: 'TensorPrediction', description: 'Of an imported model.' });

const prediction = z.union([scorePrediction, tensorPrediction]);

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
  'INPUT_INVALID',
  'TIMEOUT_INVALID',
  'MODEL_FAILED_ON_INPUT',
  'MODEL_NOT_FOUND',
  'BODY_TOO_LARGE',
  'TOO_MANY_INSTANCES',
  'UNSUPPORTED_MEDIA_TYPE',
  'OVERLOADED',
  'INTERNAL',
  'MODEL_NOT_READY',
  'DEADLINE_EXCEEDED',
] as const;

export interface PredictOptions {
  /** How long a request that names no timeout may take, milliseconds. */
  readonly defaultTimeoutMs: number;
}

export function predictRoute(server: HttpServer, plane: DataPlane, options: PredictOptions): void {
  server.post(
    '/v1/models/:model/predict',
    {
      schema: {
        summary: 'Predict for one instance or many',
        params: z.object({ model: z.string().describe("The endpoint's name.") }),
        body: requestBody,
        response: answers(answerBody, refusals),
      },
      // The schema of the answer documents it. To check against it what was made a line before costs more than the model.
      serializerCompiler: () => JSON.stringify,
      onRequest: refuseEarly(plane, options.defaultTimeoutMs),
    },
    async (request) => {
      const { body, params, id } = request;
      const context = requestContext(request, 'v1', options.defaultTimeoutMs);
      const single = !('instances' in body);
      const instances = single ? [body.instance] : (body.instances ?? []);
      if (instances.length === 0) throw noInstances();
      const model = plane.served(params.model);
      const batch = model.domain.read(instances);
      const { outputs } = await plane.infer(params.model, model, {
        rows: batch.rows,
        notes: batch.notes,
        outputs: model.domain.outputs,
        context,
      });
      return toBody(params.model, model, batch.predictions(outputs), single, id);
    },
  );
}

function noInstances(): FlightdeckError {
  return new FlightdeckError('NO_INSTANCES', 'The list of instances is empty. Send at least one.');
}

function toBody(
  endpoint: string,
  { version }: LoadedModel,
  predictions: readonly Prediction[],
  single: boolean,
  requestId: string,
) {
  const head = { model: endpoint, version: version.version, requestId };
  return single ? { ...head, prediction: predictions[0]! } : { ...head, predictions };
}
