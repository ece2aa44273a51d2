// GET /v1/models: which endpoints there are, which version each serves, what it takes, and why a newer one is not served.

import { signatureSchema } from '@flightdeck/registry';
import { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { answers } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { ServedEndpoint } from '../state/served-endpoint.ts';

const served = z
  .object({
    version: z.number().int(),
    digest: z.string(),
    loadedAt: z.iso.datetime(),
    signature: signatureSchema,
  })
  .meta({ id: 'ServedVersion' });

const endpoint = z
  .object({
    name: z.string(),
    served: served.nullable().describe('Null until a first version has been loaded.'),
    failure: z
      .object({ version: z.number().int().nullable(), code: z.string(), message: z.string() })
      .nullable()
      .describe('Why the endpoint is not at its desired version; null when it is.'),
  })
  .meta({ id: 'Endpoint' });

export function modelsRoute(server: HttpServer, plane: DataPlane): void {
  server.get(
    '/v1/models',
    {
      schema: {
        summary: 'The endpoints and the versions they serve',
        response: answers(z.object({ models: z.array(endpoint) })),
      },
    },
    async () => ({ models: plane.endpoints().map(toBody) }),
  );
}

function toBody({ name, loaded, failure }: ServedEndpoint): z.infer<typeof endpoint> {
  return {
    name,
    served: loaded && {
      version: loaded.version.version,
      digest: loaded.version.digest,
      loadedAt: new Date(loaded.loadedAt).toISOString(),
      signature: loaded.signature,
    },
    failure: failure && {
      version: failure.version?.version ?? null,
      code: failure.code,
      message: failure.message,
    },
  };
}
