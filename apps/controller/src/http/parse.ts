// What comes from outside, checked where it comes in.

import { FlightdeckError } from '@flightdeck/core';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Asked } from '../rollouts/rollouts.ts';
import { localUser } from './local-user.ts';

/** INVALID_BODY names each field that is wrong. */
export function bodyOf<Schema extends z.ZodType>({ body }: FastifyRequest, schema: Schema): z.infer<Schema> {
  return parsed('INVALID_BODY', 'The body', body ?? {}, schema);
}

/** INVALID_QUERY, also for the parts of the path. */
export function queryOf<Schema extends z.ZodType>(
  { query, params }: FastifyRequest,
  schema: Schema,
): z.infer<Schema> {
  const given = { ...(query as object), ...(params as object) };
  return parsed('INVALID_QUERY', 'The address', given, schema);
}

function parsed<Schema extends z.ZodType>(
  code: string,
  what: string,
  given: unknown,
  schema: Schema,
): z.infer<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
  throw new FlightdeckError(code, `${what} is wrong: ${problems.join('; ')}.`);
}

/** Part of every write's body. The actor is the key's name; without keys whoever the caller says, or else who runs this. */
export const askedFields = {
  reason: z.string().trim().min(1).max(1_000),
  actor: z.string().trim().min(1).max(64).optional(),
};

export function askedBy(
  { keyName }: FastifyRequest,
  body: { reason: string; actor?: string | undefined },
): Asked {
  return { by: keyName ?? body.actor ?? localUser(), why: body.reason };
}

export const id = z.string().min(1).max(128);
export const modelName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
/** How many, newest first. */
export const limit = z.coerce.number().int().min(1).max(500).default(50);
