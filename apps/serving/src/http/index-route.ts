// GET /: what is here, for somebody who opened the port in a browser.

import { z } from 'zod';
import { answers } from '../errors.ts';
import type { HttpServer } from '../http-server.ts';

const routes = {
  'POST /v1/models/{model}/predict': 'predict for one instance or many',
  'GET /v1/models': 'the endpoints, the versions they serve, and the fields they take',
  'GET /v2/health/live': 'is the process alive',
  'GET /v2/health/ready': 'does every endpoint have a version that answers',
  'GET /metrics': 'metrics for Prometheus',
  'GET /docs': 'this API, as a page; /docs/json as OpenAPI 3.1',
};

export function indexRoute(server: HttpServer): void {
  server.get(
    '/',
    {
      schema: {
        summary: 'What is here',
        response: answers(z.object({ name: z.string(), routes: z.record(z.string(), z.string()) })),
      },
    },
    async () => ({ name: 'flightdeck serving', routes }),
  );
}
