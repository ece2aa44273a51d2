// The OpenAPI 3.1 document (/docs/json) and its page (/docs), made from the schemas of the routes.

import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { HttpServer } from './http-server.ts';

/** Before the routes: what is registered earlier is not documented. */
export async function registerDocs(server: HttpServer): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Flightdeck serving',
        description: 'Predictions of the models that the registry names as endpoints.',
        version: '1',
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await server.register(swaggerUi, { routePrefix: '/docs' });
}
