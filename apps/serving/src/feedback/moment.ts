import { z } from 'zod';

/** A time on the wire: ISO 8601 with its zone, or milliseconds since 1970 UTC, which is what it becomes. */
export const moment = z
  .union([z.iso.datetime({ offset: true }), z.number().int().nonnegative()])
  .transform((time) => (typeof time === 'string' ? Date.parse(time) : time));
