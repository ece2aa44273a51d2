// From errors to answers. The only file of this app that knows HTTP status codes: everything below throws FlightdeckErrors with a code.

import { FlightdeckError, messageOf } from '@flightdeck/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

const statuses: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  INVALID_BODY: 400,
  INVALID_QUERY: 400,
  REASON_MISSING: 400,
  EXPERIMENT_INVALID: 400,
  ALIAS_NAME_INVALID: 400,
  JOB_INVALID: 400,
  KEY_REQUIRED: 401,
  KEY_UNKNOWN: 401,
  SCOPE_MISSING: 403,
  CROSS_ORIGIN_REFUSED: 403,
  HOST_NOT_ALLOWED: 403,
  CONSOLE_NOT_BUILT: 404,
  ROUTE_NOT_FOUND: 404,
  MODEL_NOT_FOUND: 404,
  VERSION_NOT_FOUND: 404,
  VERSION_DELETED: 404,
  ENDPOINT_NOT_FOUND: 404,
  ALIAS_NOT_SET: 404,
  PREDICTION_NOT_FOUND: 404,
  PROCEDURE_NOT_FOUND: 404,
  FEATURE_NOT_FOUND: 404,
  REPORT_NOT_FOUND: 404,
  RUN_NOT_FOUND: 404,
  RUN_NOT_QUEUED: 404,
  ALIAS_MOVED: 409,
  ENDPOINT_INVALID: 409,
  EVENT_TIME_UNKNOWN: 409,
  EXPERIMENT_ENDED: 409,
  EXPERIMENT_NAME_TAKEN: 409,
  EXPERIMENT_RUNNING: 409,
  LABEL_REFUSED: 409,
  NOTHING_TO_ROLL_BACK: 409,
  NOTHING_TO_ROLL_OUT: 409,
  POLICY_INVALID: 409,
  PREDICTION_LACKS_FEATURES: 409,
  PROCEDURE_MOVED: 409,
  PROCEDURE_RUNNING: 409,
  RETRAINING_NOT_FAILED: 409,
  RETRAINING_UNDER_WAY: 409,
  REPORT_WITHOUT_REFERENCE: 409,
  ROLLOUT_ENDED: 409,
  ROLLOUT_NEEDS_TWO_VERSIONS: 409,
  ROLLOUT_NOT_HALTED: 409,
  ROLLOUT_RUNNING: 409,
  VERSION_WITHOUT_SCORE: 409,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  BUNDLE_INCOMPLETE: 500,
  BUNDLE_TAMPERED: 500,
  INTERNAL: 500,
  BROKER_UNREACHABLE: 503,
  NOT_LEADING: 503,
  NOT_READY: 503,
  REGISTRY_BUSY: 503,
  SERVING_UNREACHABLE: 503,
  TOO_MANY_LISTENERS: 503,
};

/** What a write is answered with: it was taken, and something will follow. */
export const taken = 202;

/** Fastify's error handler. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { code, message } = failureOf(error);
  if (code === 'INTERNAL') request.log.error({ err: error }, 'internal error');
  else request.log.info({ code, reason: message }, 'refused');
  const status = statuses[code] ?? 500;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  reply.code(status).send({ error: { code, message, requestId: request.id } });
}

export function answerNotFound(request: FastifyRequest): never {
  throw new FlightdeckError(
    'ROUTE_NOT_FOUND',
    `There is no ${request.method} route at this address. GET /v1 lists what is here.`,
  );
}

interface Failure {
  readonly code: string;
  readonly message: string;
}

function failureOf(error: unknown): Failure {
  if (error instanceof FlightdeckError && Object.hasOwn(statuses, error.code)) return error;
  return (
    fastifyFailure(error) ?? {
      code: 'INTERNAL',
      message: 'Something went wrong here. The log has the details, under the request id.',
    }
  );
}

const fastifyCodes: Readonly<Record<string, Failure>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'INVALID_BODY', message: 'The body is not valid JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { code: 'INVALID_BODY', message: 'The body is empty. Send JSON.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'Send the body with content-type: application/json.',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'BODY_TOO_LARGE', message: 'The body is over the limit of 1 MiB.' },
};

/** Fastify's own refusals, in our codes. */
function fastifyFailure(error: unknown): Failure | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const known = fastifyCodes[String(error.code)];
  if (known) return known;
  const isRefusal = 'statusCode' in error && Number(error.statusCode) < 500;
  return isRefusal ? { code: 'BAD_REQUEST', message: messageOf(error) } : undefined;
}
