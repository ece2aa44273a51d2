// The app: routes over the data plane, built from arguments, touching nothing global. main.ts starts it, tests inject
// into it.

import type { LabelStore } from '@flightdeck/monitoring/log';
import type { DataPlane } from './data-plane.ts';
import { modelsRoute } from './domain/models-route.ts';
import { type PredictOptions, predictRoute } from './domain/predict-route.ts';
import type { FeatureEngines } from './features/feature-engines.ts';
import { eventsRoute } from './feedback/events-route.ts';
import { labelsRoute } from './feedback/labels-route.ts';
import { registerBodyParsers } from './http/body.ts';
import { healthRoutes } from './http/health-routes.ts';
import { createHttpServer, type HttpServer, type HttpServerOptions } from './http/http-server.ts';
import { indexRoute } from './http/index-route.ts';
import { watchMethods } from './http/method-not-allowed.ts';
import { registerDocs } from './http/openapi.ts';
import { registerArrival } from './http/request-context.ts';
import { registerTraceContext } from './http/trace-context.ts';
import type { ServingMetrics } from './metrics/metrics.ts';
import { metricsRoute } from './metrics/metrics-route.ts';
import { mlflowRoutes } from './mlflow/mlflow-routes.ts';
import { openInferenceRoutes } from './open-inference/open-inference-routes.ts';
import { registerSecurity, type SecurityOptions } from './security/register-security.ts';

export interface AppDependencies extends HttpServerOptions, PredictOptions, SecurityOptions {
  readonly plane: DataPlane;
  /** The endpoint that answers on /invocations; the only one there is if null. */
  readonly invocationsModel: string | null;
  /** Most rows in one request. */
  readonly maxInstances: number;
  readonly metrics: ServingMetrics;
  readonly features: FeatureEngines;
  readonly labels: LabelStore;
}

export async function buildApp({
  plane,
  metrics,
  features,
  labels,
  defaultTimeoutMs,
  invocationsModel,
  maxInstances,
  ...options
}: AppDependencies): Promise<HttpServer> {
  const server = createHttpServer(options);
  registerArrival(server);
  registerTraceContext(server);
  metrics.observe(server);
  await registerSecurity(server, options);
  await registerDocs(server, options);
  registerBodyParsers(server);
  const refuseOtherMethods = watchMethods(server);
  indexRoute(server, options);
  predictRoute(server, plane, { defaultTimeoutMs });
  modelsRoute(server, plane);
  labelsRoute(server, plane, labels);
  eventsRoute(server, plane, features);
  await mlflowRoutes(server, plane, { model: invocationsModel, maxInstances, defaultTimeoutMs });
  await openInferenceRoutes(server, plane, { defaultTimeoutMs });
  healthRoutes(server, plane);
  metricsRoute(server, metrics);
  refuseOtherMethods();
  return server;
}
