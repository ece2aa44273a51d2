// GET /ping, /health and /version, at the paths where MLflow's clients and SageMaker look.

import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import type { DataPlane } from '../data-plane.ts';
import { scoringAnswers } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';

export function probeRoutes(server: HttpServer, plane: DataPlane): void {
  for (const url of ['/ping', '/health']) {
    server.get(
      url,
      {
        // Probes come every second or so; only those that fail for a reason of ours are worth a line.
        logLevel: 'warn',
        config: { scope: 'open' },
        schema: {
          summary: 'Does every endpoint have a version that answers',
          response: scoringAnswers(z.string(), ['NOT_READY']),
        },
        serializerCompiler: () => JSON.stringify,
      },
      async (_request, reply) => {
        // MLflow has no model before it listens, and would say 404. Its clients and SageMaker take anything but 200 for "not
        // yet"; balancers and people know 503 to pass.
        plane.assertReady();
        return reply.type('application/json').send('\n');
      },
    );
  }
  server.get(
    '/version',
    { schema: { summary: 'The version of this server', response: scoringAnswers(z.string()) } },
    async (_request, reply) => reply.type('text/plain').send(manifest.version),
  );
}
