// POST /v1/models/{model}/labels: what predictions turned out to be. What is answered for is on the disk.

import type { LabelStore } from '@flightdeck/monitoring/log';
import { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { answers } from '../errors.ts';
import type { HttpServer } from '../http/http-server.ts';
import { moment } from './moment.ts';

const mostLabels = 10_000;

const label = z.strictObject({
  predictionId: z.string(),
  label: z.union([z.literal(0), z.literal(1)]),
  time: moment.describe('When it became known.'),
});

const body = z.strictObject({ labels: z.array(label).min(1).max(mostLabels) });

const receipt = z.object({
  accepted: z.number().int().describe('Stored; one that was sent before counts again and is read as one.'),
  unknown: z.number().int().describe('Of those: for predictions that the log does not have, or not yet.'),
  refused: z.array(z.object({ index: z.number().int(), code: z.string(), message: z.string() })).readonly(),
});

const refusals = [
  'MALFORMED_JSON',
  'INVALID_BODY',
  'MODEL_NOT_FOUND',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL',
  'MODEL_NOT_READY',
  'LABELS_NOT_STORED',
] as const;

export function labelsRoute(server: HttpServer, plane: DataPlane, labels: LabelStore): void {
  server.post(
    '/v1/models/:model/labels',
    {
      config: { scope: 'feedback' },
      schema: {
        summary: 'Tell what predictions turned out to be',
        params: z.object({ model: z.string().describe("The endpoint's name.") }),
        body,
        response: answers(receipt, refusals),
      },
    },
    async ({ params, body: { labels: given }, caller }) => {
      const { model } = plane.served(params.model).version;
      const stored = given.map(({ predictionId, label, time }) => ({ predictionId, label, knownAt: time }));
      return labels.append(model, stored, caller?.name ?? 'anybody');
    },
  );
}
