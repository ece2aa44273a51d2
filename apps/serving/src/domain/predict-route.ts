// POST /v1/models/{model}/predict: one instance or many in, as many predictions out. What is inside an instance is checked
// against the model's signature further down; the schema here is only the envelope.

import { FlightdeckError } from '@flightdeck/core';
import { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { answers } from '../errors.ts';
import { refuseEarly } from '../http/early-refusal.ts';
import type { HttpServer } from '../http/http-server.ts';
import { type RequestContext, requestContext } from '../http/request-context.ts';
import { assignInstances, type Group, pick } from './assignment.ts';
import type { InstanceBatch, Prediction } from './domain-model.ts';
import { momentIn } from './feature-lookup.ts';

const instance = z.unknown().meta({
  description:
    'One value per feature, by name. What is absent or null is looked up, as of `time` (now if left out), or takes the default that ' +
    'GET /v1/models declares. `unit` names whom it is about: a unit is always answered by the same version of a split.',
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

const predictionHead = {
  predictionId: z.string().describe('Its name for ever: send it with the label once that is known.'),
  version: z.number().int().describe('The version that made it.'),
};

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
    stale: z
      .array(z.string())
      .readonly()
      .describe('Features that were looked up, and whose events have not been heard of for too long.'),
    ...predictionHead,
  })
  .meta({ id: 'ScorePrediction' });

const tensorPrediction = z
  .object({
    outputs: z.record(z.string(), z.unknown()).readonly().describe('One value per output.'),
    ...predictionHead,
  })
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
  'UNIT_INVALID',
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
      const groups = assignInstances(plane, params.model, instances, context.unit);
      const ask = (group: Group) => predictGroup(plane, params.model, group, instances, context);
      const predictions =
        groups.length === 1 ? await ask(groups[0]!) : inOrder(groups, await Promise.all(groups.map(ask)));
      return toBody(params.model, predictions, single, id);
    },
  );
}

/** What the versions that were asked have answered, where its instances were in the request. */
function inOrder(
  groups: readonly Group[],
  answers: readonly (readonly Prediction[])[],
): readonly Prediction[] {
  const all: Prediction[] = [];
  groups.forEach(({ positions }, group) => {
    answers[group]!.forEach((prediction, i) => {
      all[positions![i]!] = prediction;
    });
  });
  return all;
}

/** The instances that one version answers. */
async function predictGroup(
  plane: DataPlane,
  endpoint: string,
  { routed, positions, units }: Group,
  all: readonly unknown[],
  context: RequestContext,
): Promise<readonly Prediction[]> {
  const { domain, version } = routed.model;
  const instances = pick(all, positions);
  const reading = readInstances();
  const batch = reading instanceof Promise ? await reading.catch(refuse) : reading;
  const { outputs, idPrefix } = await plane.infer(endpoint, routed, {
    rows: batch.rows,
    rowsFor: async (other) => (await other.domain.read(instances)).rows,
    notes: batch.notes,
    outputs: domain.outputs,
    ...(batch.eventTimes && { eventTime: batch.eventTimes }),
    ...(batch.statuses && { statuses: batch.statuses }),
    ...(units && { units }),
    context,
  });
  return batch.predictions(outputs, { version: version.version, idPrefix });

  function readInstances(): InstanceBatch | Promise<InstanceBatch> {
    try {
      return domain.read(instances);
    } catch (error) {
      return refuse(error);
    }
  }
  function refuse(error: unknown): never {
    const eventTime = timeIn(instances);
    plane.noteRefusal({ endpoint, ...routed, rows: instances.length, units, eventTime, context }, error);
    throw error;
  }
}

/** What the first instance says, for the log of what was refused: another may have been at fault. */
function timeIn([first]: readonly unknown[]): number | null {
  return momentIn((first as { time?: unknown } | null | undefined)?.time);
}

function noInstances(): FlightdeckError {
  return new FlightdeckError('NO_INSTANCES', 'The list of instances is empty. Send at least one.');
}

/** The version at the top is that of the first prediction; a split may have given the others to another. */
function toBody(endpoint: string, predictions: readonly Prediction[], single: boolean, requestId: string) {
  const head = { model: endpoint, version: predictions[0]!.version, requestId };
  return single ? { ...head, prediction: predictions[0]! } : { ...head, predictions };
}
