// What goes over the wire: the bodies of serving's three endpoints, as far as a replay uses them. Times are milliseconds since 1970.

import { z } from 'zod';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

export const predictBody = z.strictObject({
  instances: z
    .array(z.object({ time: z.int(), unit: z.string() }).catchall(scalar))
    .min(1)
    .readonly(),
});

export const predictAnswer = z.object({ predictions: z.array(z.object({ predictionId: z.string() })) });

export const eventsBody = z.strictObject({
  events: z
    .array(
      z.strictObject({
        type: z.string(),
        id: z.string(),
        time: z.int(),
        columns: z.record(z.string(), scalar),
      }),
    )
    .min(1)
    .readonly(),
});

const refusedItem = z.object({ index: z.int(), code: z.string(), message: z.string() });

export const eventsAnswer = z.object({
  accepted: z.int(),
  duplicate: z.int(),
  late: z.int(),
  refused: z.array(refusedItem),
});

export const labelsBody = z.strictObject({
  labels: z
    .array(
      z.strictObject({
        predictionId: z.string(),
        label: z.union([z.literal(0), z.literal(1)]),
        time: z.int(),
      }),
    )
    .min(1)
    .readonly(),
});

/** `unknown`: stored, but for predictions that the log does not have, or not yet. */
export const labelsAnswer = z.object({ accepted: z.int(), unknown: z.int(), refused: z.array(refusedItem) });

export const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export type WireInstance = z.infer<typeof predictBody>['instances'][number];
export type WireEvent = z.infer<typeof eventsBody>['events'][number];
export type WireLabel = z.infer<typeof labelsBody>['labels'][number];
