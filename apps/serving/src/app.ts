// The app: routes over the data plane, built from arguments, touching nothing global. main.ts starts it, tests inject
// into it.

import type { DataPlane } from './data-plane.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http-server.ts';
import type { ServingMetrics } from './metrics.ts';
import { registerDocs } from './openapi.ts';
import { healthRoutes } from './routes/health.ts';
import { indexRoute } from './routes/index.ts';
import { metricsRoute } from './routes/metrics.ts';
import { modelsRoute } from './routes/models.ts';
import { predictRoute } from './routes/predict.ts';

export interface AppDependencies extends HttpServerOptions {
  readonly plane: DataPlane;
  readonly metrics: ServingMetrics;
}

export async function buildApp({ plane, metrics, ...options }: AppDependencies): Promise<HttpServer> {
  const server = createHttpServer(options);
  server.addHook('onResponse', async (request, reply) => metrics.requested(request, reply));
  await registerDocs(server);
  indexRoute(server);
  predictRoute(server, plane);
  modelsRoute(server, plane);
  healthRoutes(server, plane);
  metricsRoute(server, metrics);
  return server;
}
