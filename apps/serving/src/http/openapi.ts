// The OpenAPI 3.1 document (/docs/json) and its page (/docs), made from the schemas of the routes.

import swagger, { type SwaggerTransform } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { protectDocuments } from '../security/document-headers.ts';
import type { SecurityOptions } from '../security/register-security.ts';
import type { HttpServer } from './http-server.ts';

/** Before the routes: what is registered earlier is not documented. */
export async function registerDocs(server: HttpServer, { keys }: SecurityOptions): Promise<void> {
  const bearer = { type: 'http', scheme: 'bearer', description: 'A key of SERVING_KEYS.' } as const;
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Flightdeck serving',
        description: 'Predictions of the models that the registry names as endpoints.',
        version: '1',
      },
      ...(keys && { components: { securitySchemes: { bearer } } }),
    },
    transform: keys ? withScope : jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  // They hold no data, and say how to send a key: so they are for those who have none yet.
  await server.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, scope: 'open' };
    });
    await protectDocuments(scope);
    await scope.register(swaggerUi, { routePrefix: '/docs' });
  });
}

/** OpenAPI 3.1 lets a route name the role it needs beside the scheme. */
const withScope: SwaggerTransform = (route) => {
  const { schema, url } = jsonSchemaTransform(route as Parameters<typeof jsonSchemaTransform>[0]);
  const scope = route.route.config?.scope ?? 'predict';
  return { schema: { ...schema, security: scope === 'open' ? [] : [{ bearer: [scope] }] }, url };
};
