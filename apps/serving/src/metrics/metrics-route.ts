// GET /metrics, for Prometheus.

import { z } from 'zod';
import { answers } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import { contentTypes, preferredFormat, writeExposition } from './exposition.ts';
import type { ServingMetrics } from './metrics.ts';

export function metricsRoute(server: HttpServer, metrics: Pick<ServingMetrics, 'families'>): void {
  server.get(
    '/metrics',
    {
      logLevel: 'warn',
      config: { scope: 'metrics' },
      schema: {
        summary:
          'Metrics, in the text format of Prometheus or, if asked for, in OpenMetrics 1.0 with exemplars',
        produces: Object.values(contentTypes),
        response: answers(z.string()),
      },
      // The format is text already; the JSON serializer would quote it.
      serializerCompiler: () => String,
    },
    async (request, reply) => {
      const format = preferredFormat(request.headers.accept);
      reply.header('content-type', contentTypes[format]).header('vary', 'accept');
      return writeExposition(await metrics.families(), format);
    },
  );
}
