// GET /v1/models: which endpoints there are, which version each serves, what it takes, and why a newer one is not served.

import { signatureSchema } from '@flightdeck/registry';
import { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { answers } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import type { Variant } from '../state/lineup.ts';
import type { ServedEndpoint } from '../state/served-endpoint.ts';

const served = z
  .object({
    version: z.number().int(),
    digest: z.string(),
    loadedAt: z.iso.datetime(),
    signature: signatureSchema,
  })
  .meta({ id: 'ServedVersion' });

const part = z.object({
  target: z.string(),
  version: z.number().int(),
  share: z.number().min(0).max(1),
});

const endpoint = z
  .object({
    name: z.string(),
    served: served.nullable().describe('Null until a first version has been loaded.'),
    traffic: z
      .array(part)
      .describe('Which versions answer which share of the units; the first stands for the endpoint.'),
    shadows: z
      .array(part)
      .describe('Which versions are asked besides, about which share of the predictions.'),
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

function toBody({ name, loaded, lineup, failure }: ServedEndpoint): z.infer<typeof endpoint> {
  return {
    name,
    served: loaded && {
      version: loaded.version.version,
      digest: loaded.version.digest,
      loadedAt: new Date(loaded.loadedAt).toISOString(),
      signature: loaded.signature,
    },
    traffic: lineup?.variants.map(partOf) ?? [],
    shadows: lineup?.shadows.map(partOf) ?? [],
    failure: failure && {
      version: failure.version?.version ?? null,
      code: failure.code,
      message: failure.message,
    },
  };
}

function partOf({ target, model, share }: Variant): z.infer<typeof part> {
  return { target, version: model.version.version, share };
}
