// POST /v1/events: what has happened, for the features that models look up. Events may be late, out of order and sent again.

import { z } from 'zod';
import type { DataPlane } from '../data-plane.ts';
import { answers } from '../errors.ts';
import type { FeatureEngines } from '../features/feature-engines.ts';
import type { HttpServer } from '../http/http-server.ts';
import { moment } from './moment.ts';

/** Half a second of work for a store in Redis. */
const mostEvents = 10_000;

const event = z.strictObject({
  type: z.string().describe("An event that a served model's features are declared over."),
  id: z.string().describe('Made by the sender, unique among events of the type: the same id counts once.'),
  time: moment.describe('When it happened.'),
  columns: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});

const body = z.strictObject({ events: z.array(event).min(1).max(mostEvents) });

const receipt = z.object({
  accepted: z.number().int(),
  duplicate: z.number().int().describe('Known by their id.'),
  late: z.number().int().describe('Too old for the windows that they belong to.'),
  refused: z.array(z.object({ index: z.number().int(), code: z.string(), message: z.string() })),
});

const refusals = [
  'MALFORMED_JSON',
  'INVALID_BODY',
  'EVENTS_NOT_TAKEN',
  'BODY_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'INTERNAL',
  'NOT_READY',
  'FEATURE_STORE_UNAVAILABLE',
] as const;

export function eventsRoute(server: HttpServer, plane: DataPlane, engines: FeatureEngines): void {
  server.post(
    '/v1/events',
    {
      config: { scope: 'feedback' },
      schema: { summary: 'Tell what has happened', body, response: answers(receipt, refusals) },
    },
    async ({ body: { events } }) => {
      const told = events.map(({ type, id, time, columns }) => ({
        type,
        id,
        at: Math.floor(time / 60_000),
        columns,
      }));
      // Whoever is not ready cannot say yet that nobody needs them.
      if (!engines.areOpen()) plane.assertReady();
      const outcomes = await engines.ingest(told);
      const count = (status: string) => outcomes.filter((outcome) => outcome.status === status).length;
      return {
        accepted: count('accepted'),
        duplicate: count('duplicate'),
        late: count('late'),
        refused: outcomes.flatMap((outcome, index) =>
          outcome.status === 'refused' ? [{ index, code: outcome.code, message: outcome.message }] : [],
        ),
      };
    },
  );
}
