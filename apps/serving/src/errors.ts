// From errors to answers. The only file of this app that knows HTTP status codes: everything below throws
// FlightdeckErrors with a code, and the code decides the status here.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import { Overloaded } from '@flightdeck/inference';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';

const statuses = {
  BAD_REQUEST: 400,
  MALFORMED_JSON: 400,
  BODY_INCOMPLETE: 400,
  BODY_CORRUPT: 400,
  INVALID_BODY: 400,
  NOT_SUPPORTED: 400,
  NO_INSTANCES: 400,
  EVENTS_NOT_TAKEN: 400,
  UNKNOWN_FIELD: 400,
  WRONG_TYPE: 400,
  OUT_OF_RANGE: 400,
  STRING_TOO_LONG: 400,
  INPUT_INVALID: 400,
  TIMEOUT_INVALID: 400,
  UNIT_INVALID: 400,
  OUTPUT_NOT_JSON: 400,
  MALFORMED_CSV: 400,
  MODEL_NOT_CHOSEN: 400,
  MODEL_FAILED_ON_INPUT: 400,
  KEY_REQUIRED: 401,
  KEY_UNKNOWN: 401,
  SCOPE_MISSING: 403,
  HOST_NOT_ALLOWED: 403,
  CROSS_ORIGIN_REFUSED: 403,
  ROUTE_NOT_FOUND: 404,
  MODEL_LOAD_FAILED: 400,
  MODEL_NOT_FOUND: 404,
  VERSION_NOT_FOUND: 404,
  VERSION_DELETED: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  BODY_TOO_LARGE: 413,
  TOO_MANY_INSTANCES: 413,
  URL_TOO_LONG: 414,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNSUPPORTED_ENCODING: 415,
  OVERLOADED: 429,
  RATE_LIMITED: 429,
  TOO_MANY_HEADERS: 431,
  HEADERS_TOO_LARGE: 431,
  INTERNAL: 500,
  MODEL_NOT_READY: 503,
  NOT_READY: 503,
  MODEL_RETIRED: 503,
  MODEL_UNAVAILABLE: 503,
  MEMORY_BUDGET_EXCEEDED: 503,
  FEATURE_STORE_UNAVAILABLE: 503,
  FEATURE_STORE_FULL: 503,
  LABELS_NOT_STORED: 503,
  DEADLINE_EXCEEDED: 504,
} as const;

type Code = keyof typeof statuses;

/** Those that say something about the server, and nothing about the caller. */
export const serverCodes = (Object.keys(statuses) as Code[]).filter(
  (code) => statuses[code] >= 500 || code === 'OVERLOADED',
);

interface Failure {
  readonly code: Code;
  readonly message: string;
}

/** The error body of /v1 and of everything but /v2. `code` is stable; `message` names the thing and the remedy. */
const errorBody = z
  .object({ error: z.object({ code: z.string(), message: z.string(), requestId: z.string() }) })
  .meta({ id: 'Error' });

/** The error body of the Open Inference Protocol, /v2. */
const inferenceErrorBody = z.object({ error: z.string() }).meta({ id: 'InferenceError' });

/** The error body of MLflow's scoring protocol: `error_code` is a word of MLflow's, which its clients know; `code` is ours. */
const scoringErrorBody = z
  .object({ error_code: z.string(), message: z.string(), code: z.string(), requestId: z.string() })
  .meta({ id: 'ScoringError' });

const inferencePath = /^\/v2(\/|\?|$)/;

/** By path and not by route: a method that nothing answers, or a malformed query, has no route. */
const scoringPath = /^\/(invocations|ping|health|version)(\?|$)/;

/** MLflow's own words for statuses (mlflow/exceptions.py); it has none for the rest. */
const scoringErrorCodes: Readonly<Record<number, string>> = {
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'ENDPOINT_NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL_ERROR',
  503: 'TEMPORARILY_UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** A route's answers for its documentation and its serializer: the good one, and the statuses of the codes it may throw. */
export function answers<Body extends z.ZodType>(body: Body, codes: readonly Code[] = []) {
  return { 200: body, ...errorAnswers(codes, errorBody) };
}

/** The same for a route below /v2. */
export function inferenceAnswers<Body extends z.ZodType>(body: Body, codes: readonly Code[] = []) {
  return { 200: body, ...errorAnswers(codes, inferenceErrorBody) };
}

/** The same for a route of MLflow's scoring protocol. */
export function scoringAnswers<Body extends z.ZodType>(body: Body, codes: readonly Code[] = []) {
  return { 200: body, ...errorAnswers(codes, scoringErrorBody) };
}

function errorAnswers<Body extends z.ZodType>(codes: readonly Code[], body: Body): Record<number, Body> {
  const ofStatus = Map.groupBy(codes, (code) => statuses[code]);
  return Object.fromEntries(
    [...ofStatus].map(([status, group]) => [status, body.describe(group.join(', '))]),
  );
}

/** Fastify's error handler, for errors in routes and for those before any route is known (a malformed URL). */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const failure = failureOf(error, request.server.initialConfig.bodyLimit);
  if (failure.code === 'INTERNAL') request.log.error({ err: error }, 'internal error');
  // While shedding load, a line for each refusal would be the next load.
  else if (statuses[failure.code] === 429) request.log.debug({ code: failure.code }, 'shed');
  else request.log.info({ code: failure.code, reason: failure.message }, 'refused');
  // In whole seconds (RFC 9110, 10.2.3), so never sooner than when it is worth it.
  if (error instanceof Overloaded) reply.header('retry-after', Math.ceil(error.retryAfterMs / 1000));
  answer(failure, request, reply);
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const message = `There is no ${request.method} route at this address. GET / lists what is here.`;
  answer({ code: 'ROUTE_NOT_FOUND', message }, request, reply);
}

function answer(failure: Failure, request: FastifyRequest, reply: FastifyReply): void {
  const status = statuses[failure.code];
  reply.errorCode = failure.code;
  reply
    .header('x-request-id', request.id)
    .code(status)
    .send(bodyOf(failure, status, request));
}

function bodyOf({ code, message }: Failure, status: number, { url, id }: FastifyRequest): object {
  if (inferencePath.test(url)) return { error: message };
  if (scoringPath.test(url))
    return { error_code: scoringErrorCodes[status] ?? 'BAD_REQUEST', message, code, requestId: id };
  return { error: { code, message, requestId: id } };
}

/** What to tell the caller. Anything that is not known to be the caller's to mend is a bare INTERNAL. */
function failureOf(error: unknown, bodyLimit: number | undefined): Failure {
  if (error instanceof FlightdeckError && isCode(error.code)) {
    return { code: error.code, message: error.message };
  }
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map(({ instancePath, message }) =>
      `${instancePath.slice(1)} ${message}`.trim(),
    );
    return { code: 'INVALID_BODY', message: `The body: ${problems.join('; ')}.` };
  }
  return (
    fastifyFailure(error, bodyLimit) ?? {
      code: 'INTERNAL',
      message: 'Internal error. The log has more under this request id.',
    }
  );
}

/** For what is refused before there is a request that could be answered. */
export function statusOf(code: Code): number {
  return statuses[code];
}

function isCode(code: string): code is Code {
  return Object.hasOwn(statuses, code);
}

/** Fastify's own refusals, in our codes. Those of them that are not a caller's doing (a status of 500) stay unknown. */
function fastifyFailure(error: unknown, bodyLimit: number | undefined): Failure | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('statusCode' in error)) return undefined;
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return {
        code: 'MALFORMED_JSON',
        message:
          'The body is not valid JSON (NaN and Infinity are not JSON: send null), or has a key that is refused (__proto__).',
      };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return {
        code: 'UNSUPPORTED_MEDIA_TYPE',
        message: 'Send the body with content-type: application/json.',
      };
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return {
        code: 'BODY_TOO_LARGE',
        message:
          `The body is over the limit of ${bodyLimit} bytes. ` +
          'Send fewer instances at once (SERVING_MAX_BODY_BYTES sets the limit).',
      };
    default:
      return Number(error.statusCode) < 500 ? { code: 'BAD_REQUEST', message: messageOf(error) } : undefined;
  }
}
