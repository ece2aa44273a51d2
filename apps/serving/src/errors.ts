// From errors to answers. The only file of this app that knows HTTP status codes: everything below throws
// FlightdeckErrors with a code, and the code decides the status here.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';

const statuses = {
  BAD_REQUEST: 400,
  MALFORMED_JSON: 400,
  INVALID_BODY: 400,
  NO_INSTANCES: 400,
  UNKNOWN_FIELD: 400,
  WRONG_TYPE: 400,
  OUT_OF_RANGE: 400,
  STRING_TOO_LONG: 400,
  ROUTE_NOT_FOUND: 404,
  MODEL_NOT_FOUND: 404,
  BODY_TOO_LARGE: 413,
  TOO_MANY_INSTANCES: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  INTERNAL: 500,
  MODEL_NOT_READY: 503,
  NOT_READY: 503,
} as const;

type Code = keyof typeof statuses;

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

/** A route's answers for its documentation and its serializer: the good one, and the statuses of the codes it may throw. */
export function answers<Body extends z.ZodType>(body: Body, codes: readonly Code[] = []) {
  return { 200: body, ...errorAnswers(codes, errorBody) };
}

/** The same for a route below /v2. */
export function inferenceAnswers<Body extends z.ZodType>(body: Body, codes: readonly Code[] = []) {
  return { 200: body, ...errorAnswers(codes, inferenceErrorBody) };
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
  else request.log.info({ code: failure.code, reason: failure.message }, 'refused');
  answer(failure, request, reply);
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  const message = `There is no ${request.method} route at this address. GET / lists what is here.`;
  answer({ code: 'ROUTE_NOT_FOUND', message }, request, reply);
}

function answer({ code, message }: Failure, request: FastifyRequest, reply: FastifyReply): void {
  const body = request.url.startsWith('/v2/')
    ? { error: message }
    : { error: { code, message, requestId: request.id } };
  reply.header('x-request-id', request.id).code(statuses[code]).send(body);
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
