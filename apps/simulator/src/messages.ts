// What a running replay says, as JSON: one message a line on stdout, and the same over IPC to the process that started it. Over IPC it is
// answered, where a message asks for something to be done.

import { z } from 'zod';
import { routes, summarySchema } from './outcome.ts';

const at = z.string().describe('Event time, ISO 8601.');

export const message = z.discriminatedUnion('kind', [
  /** The first one. `proxy` is where to connect instead of the plan's target. */
  z.object({ kind: z.literal('ready'), proxy: z.string().nullable() }),
  z.object({ kind: z.literal('progress'), at, predicted: z.int(), requests: z.int() }),
  z.object({ kind: z.literal('away'), route: z.enum(routes), reason: z.string() }),
  z.object({ kind: z.literal('back'), route: z.enum(routes), afterMs: z.number() }),
  z.object({ kind: z.literal('scenario'), scenario: z.string(), state: z.enum(['begins', 'ends']), at }),
  /** The replay waits until it is told `done` of the same scenario and state. */
  z.object({ kind: z.literal('ask'), scenario: z.string(), state: z.enum(['begins', 'ends']) }),
  z.object({ kind: z.literal('summary'), summary: summarySchema }),
]);

export type Message = z.infer<typeof message>;

export const reply = z.object({
  kind: z.literal('done'),
  scenario: z.string(),
  state: z.enum(['begins', 'ends']),
});

export const isoTime = (minutes: number): string => new Date(minutes * 60_000).toISOString();
