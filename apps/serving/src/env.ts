// Serving's environment, read once at start-up. Every variable is documented where it is declared.

import { homeVariable } from '@flightdeck/core';
import { z } from 'zod';

export const servingEnv = z.object({
  /** TCP port; 0 takes any free one (the line that says "listens" names it). */
  SERVING_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** Address to bind. The default is this machine only; a container sets 0.0.0.0. */
  SERVING_HOST: z.string().default('127.0.0.1'),
  /** The one directory that holds all state. */
  FLIGHTDECK_HOME: homeVariable,
  /** Largest request body, bytes. 2 MiB holds a full batch of instances with some forty named fields each. */
  SERVING_MAX_BODY_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(2 * 1024 * 1024),
  /** Most instances in one request. More would hold the event loop for longer than other callers should wait. */
  SERVING_MAX_INSTANCES: z.coerce.number().int().positive().default(1000),
  /** How often the registry is asked which versions to serve, milliseconds. */
  SERVING_POLL_MS: z.coerce.number().int().min(10).default(1000),
  /** How long a shutdown waits for requests that were begun, milliseconds. Below the 30 s that Kubernetes grants. */
  SERVING_GRACE_MS: z.coerce.number().int().min(0).default(10_000),
  /** Least severe log line that is written. */
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});
