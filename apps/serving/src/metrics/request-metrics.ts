// What is counted by request, whatever it asks for: how long it took, how it ended, how many are under way.

import { serverCodes } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { Family } from './family.ts';
import { counter, gauge, histogram } from './instruments.ts';

export interface RequestMetrics {
  /** Hooks itself into the server. */
  observe(server: HttpServer): void;
  families(): readonly Family[];
}

declare module 'fastify' {
  interface FastifyReply {
    /** The code of the error that this answers (errors.ts has them all); empty for an answer that is none. */
    errorCode: string;
  }
}

const knownMethods = new Set(['GET', 'HEAD', 'POST']);

export function requestMetrics(): RequestMetrics {
  const { durations, errors } = declareInstruments();
  // An alert on their increase must not miss the first.
  for (const code of serverCodes) errors.series(code);
  let inFlight = 0;

  const left = () => {
    inFlight--;
  };

  return {
    observe(server) {
      server.decorateReply('errorCode', '');
      server.addHook('onRequest', (_request, reply, done) => {
        inFlight++;
        // Also when the caller goes away before there is an answer.
        reply.raw.once('close', left);
        done();
      });
      server.addHook('onResponse', (request, reply, done) => {
        const { trace, trail } = request;
        const method = knownMethods.has(request.method) ? request.method : 'other';
        const status = `${Math.floor(reply.statusCode / 100)}xx`;
        const series = durations.series(request.routeOptions.url ?? 'unmatched', method, status);
        series.observe(reply.elapsedTime / 1000, trace?.sampled ? trace.traceId : undefined);
        trail?.serialise?.observe((performance.now() - trail.inferredAt) / 1000);
        if (reply.errorCode !== '') errors.series(reply.errorCode).add(1);
        done();
      });
    },
    families: () => [
      durations.family(),
      errors.family(),
      gauge(
        { name: 'http_requests_in_flight', help: 'Requests that have arrived and have no whole answer yet.' },
        'sum',
        [{ labels: {}, value: inFlight }],
      ),
    ],
  };
}

function declareInstruments() {
  return {
    durations: histogram({
      name: 'http_request_duration_seconds',
      help: 'Time from the arrival of a request to the end of its answer.',
      labelNames: ['route', 'method', 'status'],
      // From one small instance (under a millisecond) to a caller who sends slowly.
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    }),
    errors: counter({
      name: 'flightdeck_errors_total',
      help: 'Answers that were errors, by code.',
      labelNames: ['code'],
    }),
  };
}
