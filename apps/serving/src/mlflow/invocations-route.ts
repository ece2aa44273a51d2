// POST /invocations: rows in any of MLflow's formats in, predictions out. The protocol as MLflow 3.17.2 answers it (its
// pyfunc.scoring_server with the onnx flavor), but for what it would ignore or convert in silence: that is refused here.

import { FlightdeckError } from '@flightdeck/core';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { scoringAnswers } from '../errors.ts';
import { bodyParser } from '../http/body.ts';
import { jsonReader } from '../http/body-json.ts';
import type { HttpServer } from '../http/http-server.ts';
import { giveBack } from '../http/memory.ts';
import { requestContext } from '../http/request-context.ts';
import { csvColumns } from './csv-columns.ts';
import { type CsvTable, readCsv } from './csv-table.ts';
import { jsonColumns, scoringBody } from './json-columns.ts';
import { assertMediaType } from './media-type.ts';
import { nullForNan } from './nan-literals.ts';
import { predictionsOf } from './predictions.ts';
import { scoringRows } from './scoring-rows.ts';

export interface InvocationsOptions {
  /** The endpoint that answers, since the protocol names none; null for the only one there is. */
  readonly model: string | null;
  /** Most rows in one request. */
  readonly maxInstances: number;
  /** How long a request that names no timeout may take, milliseconds. */
  readonly defaultTimeoutMs: number;
}

const answerBody = z.object({
  predictions: z.unknown().describe('By output: a list a row, nested in its shape.'),
});

const validateJson = validatorCompiler({ schema: scoringBody, method: 'POST', url: '/invocations' });

const refusals = [
  'MALFORMED_JSON',
  'MALFORMED_CSV',
  'BODY_INCOMPLETE',
  'BODY_CORRUPT',
  'INVALID_BODY',
  'NO_INSTANCES',
  'UNKNOWN_FIELD',
  'INPUT_INVALID',
  'MODEL_NOT_CHOSEN',
  'TIMEOUT_INVALID',
  'UNIT_INVALID',
  'OUTPUT_NOT_JSON',
  'MODEL_FAILED_ON_INPUT',
  'MODEL_NOT_FOUND',
  'BODY_TOO_LARGE',
  'TOO_MANY_INSTANCES',
  'UNSUPPORTED_MEDIA_TYPE',
  'UNSUPPORTED_ENCODING',
  'OVERLOADED',
  'INTERNAL',
  'NOT_READY',
  'MODEL_NOT_READY',
  'DEADLINE_EXCEEDED',
] as const;

/** On a scope of its own: its parsers are not for other routes. */
export function invocationsRoute(scope: HttpServer, plane: DataPlane, options: InvocationsOptions): void {
  addBodyParsers(scope);
  scope.post(
    '/invocations',
    {
      schema: {
        summary: "Predict by MLflow's scoring protocol",
        description: 'Or text/csv: a line of input names, and a line with as many values for each row.',
        body: scoringBody,
        response: scoringAnswers(answerBody, refusals),
      },
      onRequest: async ({ headers }) => assertMediaType(headers['content-type']),
      // CSV has no envelope.
      validatorCompiler: () => (body) => (Buffer.isBuffer(body) ? { value: body } : validateJson(body)),
      // The schema of the answer documents it.
      serializerCompiler: () => JSON.stringify,
    },
    async (request) => {
      const body = Buffer.isBuffer(request.body)
        ? await readCsvBody(request.body, options.maxInstances)
        : request.body;
      const context = requestContext(request, 'mlflow', options.defaultTimeoutMs);
      // Asked for only now: while the CSV was read, another version may have taken the place of this one.
      const endpoint = invokedEndpoint(plane, options.model);
      const routed = plane.route(endpoint, context.unit);
      const { model } = routed;
      const { inputs } = model.runtime;
      const columns = 'header' in body ? csvColumns(body, inputs) : jsonColumns(body, inputs);
      const rows = scoringRows(model, columns);
      const { outputs } = await plane.infer(endpoint, routed, { rows, context });
      return { predictions: predictionsOf(model, outputs) };
    },
  );
}

function addBodyParsers(scope: HttpServer): void {
  const readJson = jsonReader(scope);
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser(
    'application/json',
    bodyParser((bytes, request) => readJson(nullForNan(bytes), request)),
  );
  scope.addContentTypeParser(
    'text/csv',
    bodyParser((bytes) => bytes),
  );
}

async function readCsvBody(bytes: Buffer, maxRows: number): Promise<CsvTable> {
  const table = await readCsv(bytes, maxRows);
  giveBack(bytes);
  return table;
}

function invokedEndpoint(plane: DataPlane, chosen: string | null): string {
  if (chosen !== null) return chosen;
  const names = plane.endpoints().map(({ name }) => name);
  if (names.length === 0) plane.assertReady();
  if (names.length === 1) return names[0]!;
  throw new FlightdeckError(
    'MODEL_NOT_CHOSEN',
    `MLflow's protocol names no model, and here are ${names.length}: ${names.join(', ')}. ` +
      'Start the server with SERVING_INVOCATIONS_MODEL set to one of them, or call /v1 or /v2, which name it.',
  );
}
