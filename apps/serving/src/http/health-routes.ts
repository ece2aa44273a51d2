// Liveness and readiness, at the paths of the Open Inference Protocol. Live: the process answers. Ready: every endpoint has a
// loaded version. A newer version that does not load leaves it ready, because the old one still answers.

import { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { inferenceAnswers } from '../errors.ts';
import type { HttpServer } from './http-server.ts';

export function healthRoutes(server: HttpServer, plane: DataPlane): void {
  // Probes come every second or so; only those that fail for a reason of ours are worth a line.
  const logLevel = 'warn';
  server.get(
    '/v2/health/live',
    {
      logLevel,
      config: { scope: 'open' },
      schema: {
        summary: 'Is the process alive',
        response: inferenceAnswers(z.object({ live: z.literal(true) })),
      },
    },
    async () => ({ live: true as const }),
  );
  server.get(
    '/v2/health/ready',
    {
      logLevel,
      config: { scope: 'open' },
      schema: {
        summary: 'Does every endpoint have a version that answers',
        response: inferenceAnswers(z.object({ ready: z.literal(true) }), ['NOT_READY']),
      },
    },
    async () => {
      plane.assertReady();
      return { ready: true as const };
    },
  );
}
