// GET /metrics, for Prometheus.

import { z } from 'zod';
import { answers } from '../errors.ts';
import type { HttpServer } from '../http-server.ts';
import type { ServingMetrics } from '../metrics.ts';

export function metricsRoute(server: HttpServer, metrics: ServingMetrics): void {
  server.get(
    '/metrics',
    {
      logLevel: 'warn',
      schema: {
        summary: 'Metrics in the text format of Prometheus',
        produces: ['text/plain'],
        response: answers(z.string()),
      },
      // The format is text already; the JSON serializer would quote it.
      serializerCompiler: () => String,
    },
    async (_request, reply) => {
      reply.header('content-type', metrics.contentType);
      return metrics.expose();
    },
  );
}
