// The HTTP server without any route: its limits, its request ids, its log lines.

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FlightdeckError } from '@flightdeck/core';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyServerOptions,
  LogController,
  type RawServerDefault,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { answerError, answerNotFound } from '../errors.ts';
import { refuseConnection } from '../security/client-errors.ts';
import { keepOrder } from '../security/connection-order.ts';

export type HttpServer = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** All in milliseconds. */
export interface HttpTimeouts {
  /** A whole request must have arrived after this long: nobody holds a connection by sending a byte a minute. */
  readonly request: number;
  /** Its headers after this long, counted from the start of the connection for the first one. */
  readonly headers: number;
  /** A socket that is silent for this long in the middle of an exchange is gone, and so is one that reads no answer. */
  readonly silence: number;
  /**
   * How long a connection is kept for the next request. Longer than the 60 s after which the usual load balancers drop an
   * idle connection, so that they close it and not we: otherwise they would send a request into a connection that is just
   * being closed, and answer 502.
   */
  readonly keepAlive: number;
  /** How often the first two are looked after. Node's own 30 s would let a connection live four times its headers' time. */
  readonly check: number;
}

const defaultTimeouts: HttpTimeouts = {
  request: 30_000,
  headers: 10_000,
  silence: 60_000,
  keepAlive: 65_000,
  check: 1000,
};

export interface HttpServerOptions {
  readonly maxBodyBytes: number;
  readonly logger: FastifyServerOptions['logger'];
  /** Connections over it are closed at once, unless another worker of a cluster takes them. No limit where it is left out. */
  readonly maxConnections?: number;
  readonly timeouts?: Partial<HttpTimeouts>;
  /**
   * Which answered requests get a line in the log. `refusals`, the default: those with a status from 400 on but for 429, since a
   * server that sheds load has no time to write about it.
   */
  readonly accessLog?: 'all' | 'refusals';
}

/** The request line and the headers together, bytes. */
const maxHeaderBytes = 16 * 1024;
/** No address of ours is longer than some 200 characters, no name in one longer than 63. */
const maxUrlCharacters = 2048;
/** Browsers and proxies send some thirty. */
const maxHeaders = 100;

/** A caller's own id is kept when it is safe to print and to search for. */
const saneRequestId = /^[A-Za-z0-9._-]{1,128}$/;

/** Data is of the type that we say, and no browser guesses another. All that it needs: see security/document-headers.ts. */
const dataHeaders = { 'x-content-type-options': 'nosniff' };

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { maxBodyBytes, logger, maxConnections, accessLog = 'refusals' } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const server: HttpServer = Fastify({
    logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestIdOf,
    bodyLimit: maxBodyBytes,
    requestTimeout: timeouts.request,
    connectionTimeout: timeouts.silence,
    keepAliveTimeout: timeouts.keepAlive,
    http: {
      headersTimeout: timeouts.headers,
      connectionsCheckingInterval: timeouts.check,
      maxHeaderSize: maxHeaderBytes,
    },
    // While shutting down, what still arrives on a kept connection is answered (with `connection: close`), not refused.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => answerError(error, request, reply.headers(dataHeaders)),
    clientErrorHandler: (error, socket) =>
      refuseConnection(error, socket, !order.isAnswering(socket), server.log),
  }).withTypeProvider<ZodTypeProvider>();
  // Node drops what is over its limit without a word, so its limit is one more than ours.
  server.server.maxHeadersCount = maxHeaders + 1;
  if (maxConnections !== undefined) server.server.maxConnections = maxConnections;
  server.setValidatorCompiler(validatorCompiler);
  server.setSerializerCompiler(serializerCompiler);
  server.removeContentTypeParser('text/plain');
  server.setErrorHandler(answerError);
  server.setNotFoundHandler(answerNotFound);
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(dataHeaders).header('x-request-id', request.id);
    assertModest(request.raw);
    done();
  });
  const order = keepOrder(server);
  closeConnectionsWhenStopping(server);
  server.addHook('onResponse', (request, reply, done) => {
    // A line costs 5 to 15 µs where a small request costs 45, and metrics count them all the same.
    const { statusCode: status } = reply;
    if (accessLog === 'all' || (status >= 400 && status !== 429)) {
      const { method, url, log } = request;
      log.info(
        {
          method,
          url: url.slice(0, maxUrlCharacters),
          status,
          milliseconds: reply.elapsedTime,
        },
        'answered',
      );
    }
    done();
  });
  return server;
}

/** URL_TOO_LONG or TOO_MANY_HEADERS. */
function assertModest({ url, rawHeaders }: IncomingMessage): void {
  if (url !== undefined && url.length > maxUrlCharacters)
    throw new FlightdeckError(
      'URL_TOO_LONG',
      `The address is over the limit of ${maxUrlCharacters} characters.`,
    );
  // Names and values take turns in the list.
  if (rawHeaders.length > 2 * maxHeaders)
    throw new FlightdeckError('TOO_MANY_HEADERS', `The request has over ${maxHeaders} headers. Send fewer.`);
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
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping) reply.header('connection', 'close');
    done();
  });
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && saneRequestId.test(given) ? given : randomUUID();
}
