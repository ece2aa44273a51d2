// The HTTP server without any route: its limits, its request ids, its log lines.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
  type RawServerDefault,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { answerError, answerNotFound } from './errors.ts';

export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface HttpServerOptions {
  readonly maxBodyBytes: number;
  readonly logger: FastifyServerOptions['logger'];
}

/** A caller's own id is kept when it is safe to print and to search for. */
const saneRequestId = /^[A-Za-z0-9._-]{1,128}$/;

export function createHttpServer({ maxBodyBytes, logger }: HttpServerOptions): HttpServer {
  const server = Fastify({
    logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    bodyLimit: maxBodyBytes,
    // A whole request must have arrived after this long: nobody holds a connection by sending a byte a minute.
    requestTimeout: 30_000,
    http: { headersTimeout: 10_000 },
    // A socket that is silent for this long in the middle of an exchange is gone.
    connectionTimeout: 60_000,
    // Longer than the 60 s after which the usual load balancers drop an idle connection, so that they close it and not we:
    // otherwise they would send a request into a connection that is just being closed, and answer 502.
    keepAliveTimeout: 65_000,
    // While shutting down, what still arrives on a kept connection is answered (with `connection: close`), not refused.
    return503OnClosing: false,
    frameworkErrors: answerError,
  }).withTypeProvider<ZodTypeProvider>();
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler(answerError);
  server.setNotFoundHandler(answerNotFound);
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  closeConnectionsWhenStopping(server);
  server.addHook('onResponse', async (request, reply) => {
    const { method, url } = request;
    request.log.info({ method, url, status: reply.statusCode, milliseconds: reply.elapsedTime }, 'answered');
  });
  return server;
}

/**
 * A closing server waits for its connections, and a kept one stays open for the keep-alive timeout. Fastify tells callers
 * who ask after the closing began; this tells those whose request was under way then.
 */
function closeConnectionsWhenStopping(server: HttpServer): void {
  let stopping = false;
  server.addHook('preClose', async () => {
    stopping = true;
  });
  server.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('connection', 'close');
  });
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && saneRequestId.test(given) ? given : randomUUID();
}
