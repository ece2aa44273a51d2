// POST …/infer: tensors in, tensors out, as JSON or as binary data behind JSON.

import type { InferenceModel } from '@flightdeck/inference';
import type { FastifyRequest, FastifySchema } from 'fastify';
import type { DataPlane } from '../data-plane.ts';
import { inferenceAnswers } from '../errors.ts';
import { anyDepthReader } from '../http/body-json.ts';
import { refuseEarly } from '../http/early-refusal.ts';
import type { HttpServer } from '../http/http-server.ts';
import { giveBack } from '../http/memory.ts';
import { requestContext, withTimeout } from '../http/request-context.ts';
import { jsonLength, jsonLengthHeader } from './bodies.ts';
import { type InferRequest, type InferRequestReader, inferRequestReader } from './infer-request.ts';
import { inferResponse } from './infer-response.ts';
import { addressedVersion, type ModelParams, modelAddresses } from './model-address.ts';
import { inferenceRequest, inferenceResponse } from './protocol-schemas.ts';
import { readRawRequest } from './raw-request.ts';

export interface InferOptions {
  /** How long a request that names no timeout may take, milliseconds. */
  readonly defaultTimeoutMs: number;
}

const refusals = [
  'MALFORMED_JSON',
  'INVALID_BODY',
  'INPUT_INVALID',
  'NOT_SUPPORTED',
  'TIMEOUT_INVALID',
  'UNIT_INVALID',
  'OUTPUT_NOT_JSON',
  'MODEL_FAILED_ON_INPUT',
  'BODY_INCOMPLETE',
  'BODY_CORRUPT',
  'MODEL_NOT_FOUND',
  'VERSION_NOT_FOUND',
  'BODY_TOO_LARGE',
  'TOO_MANY_INSTANCES',
  'UNSUPPORTED_MEDIA_TYPE',
  'UNSUPPORTED_ENCODING',
  'OVERLOADED',
  'INTERNAL',
  'MODEL_NOT_READY',
  'DEADLINE_EXCEEDED',
] as const;

/** On a scope with the parsers of bodies.ts. */
export function inferRoute(scope: HttpServer, plane: DataPlane, options: InferOptions): void {
  const read = requestReader(scope);
  const onRequest = refuseEarly(plane, options.defaultTimeoutMs);
  for (const { url, params } of modelAddresses) {
    const schema: FastifySchema = {
      summary: 'Infer',
      params,
      body: inferenceRequest,
      response: inferenceAnswers(inferenceResponse, refusals),
    };
    // The schema documents; the checks, which know the model, are the reader's.
    const validatorCompiler = () => () => true;
    scope.post(`${url}/infer`, { schema, validatorCompiler, onRequest }, async (request, reply) => {
      const address = request.params as ModelParams;
      const context = requestContext(request, 'v2', options.defaultTimeoutMs);
      const routed = await addressedVersion(plane, address, context.unit);
      const { model } = routed;
      const { rows, outputs, id, timeoutMicroseconds: timeout } = read(model.runtime, address.model, request);
      const inference = await plane.infer(address.model, routed, {
        rows,
        outputs: outputs.map(({ name }) => name),
        context: timeout === undefined ? context : withTimeout(context, timeout / 1000),
      });
      const response = inferResponse({
        model: address.model,
        version: model.version.version,
        outputs,
        tensors: inference.outputs,
        ...(id !== undefined && { id }),
      });
      if (inference.rowsAreFree && Buffer.isBuffer(request.body)) giveBack(request.body);
      if (response.jsonLength === null) reply.header('content-type', 'application/json');
      else
        reply
          .header('content-type', 'application/octet-stream')
          .header(jsonLengthHeader, response.jsonLength);
      return response.body;
    });
  }
}

type RequestReader = (model: InferenceModel, endpoint: string, request: FastifyRequest) => InferRequest;

const nothing = Buffer.alloc(0);

function requestReader(scope: HttpServer): RequestReader {
  const readJson = anyDepthReader(scope);
  const readers = new WeakMap<InferenceModel, InferRequestReader>();
  function readerOf(model: InferenceModel): InferRequestReader {
    const present = readers.get(model);
    if (present) return present;
    const reader = inferRequestReader(model);
    readers.set(model, reader);
    return reader;
  }
  return (model, endpoint, request) => {
    const bytes = Buffer.isBuffer(request.body) ? request.body : nothing;
    const length = jsonLength(request, bytes.length);
    if (length === undefined) return readerOf(model)(endpoint, request.body, null);
    if (length === 0) return readRawRequest(model, bytes);
    return readerOf(model)(endpoint, readJson(bytes.subarray(0, length), request), bytes.subarray(length));
  };
}
