// The Open Inference Protocol V2 over the data plane, with the binary data and the model repository extensions: what Triton's and
// KServe's clients speak.

import type { DataPlane } from '../data-plane.ts';
import type { HttpServer } from '../http/http-server.ts';
import { addBodyParsers } from './bodies.ts';
import { type InferOptions, inferRoute } from './infer-route.ts';
import { metadataRoutes } from './metadata-routes.ts';
import { repositoryRoutes } from './repository-routes.ts';

/** On a scope of their own: binary bodies are for these routes alone. */
export async function openInferenceRoutes(
  server: HttpServer,
  plane: DataPlane,
  options: InferOptions,
): Promise<void> {
  await server.register(async (scope) => {
    addBodyParsers(scope);
    metadataRoutes(scope, plane);
    repositoryRoutes(scope, plane);
    inferRoute(scope, plane, options);
  });
}
