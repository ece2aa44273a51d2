// MLflow's scoring protocol over the data plane: what `mlflow models serve` answers, so that its clients can be pointed here.

import type { DataPlane } from '../data-plane.ts';
import type { HttpServer } from '../http/http-server.ts';
import { type InvocationsOptions, invocationsRoute } from './invocations-route.ts';
import { probeRoutes } from './probe-routes.ts';

export async function mlflowRoutes(
  server: HttpServer,
  plane: DataPlane,
  options: InvocationsOptions,
): Promise<void> {
  probeRoutes(server, plane);
  await server.register(async (scope) => invocationsRoute(scope, plane, options));
}
