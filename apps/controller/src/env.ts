// The controller's environment, read once at start-up. Every variable is documented where it is declared.

import { parseEnv } from '@flightdeck/core';
import { brokerKinds } from '@flightdeck/queue';
import { registryVariables } from '@flightdeck/registry/location';
import { z } from 'zod';

const controllerVariables = z.object({
  /** Where the state and the registry are. */
  ...registryVariables,
  /** The broker that the process which starts this one has already opened (`flightdeck up` sets it). Comes before all else. */
  FLIGHTDECK_BROKER_URL: z.string().optional(),
  /** A Redis that is there anyway: redis://user:password@host:port. */
  REDIS_URL: z.string().optional(),
  /** Forces one kind of broker: redis (needs REDIS_URL), private-redis or embedded-postgres. */
  FLIGHTDECK_BROKER: z.enum(brokerKinds).optional(),
  /** TCP port; 0 takes any free one. */
  CONTROLLER_PORT: z.coerce.number().int().min(0).max(65_535).default(8081),
  /** Address to bind. The default is this machine only; any other needs keys. */
  CONTROLLER_HOST: z.string().default('127.0.0.1'),
  /** How often it looks at the log and acts, milliseconds. */
  CONTROLLER_TICK_MS: z.coerce.number().int().min(100).default(5_000),
  /** What DuckDB may take while it reads the log; what does not fit goes to a temporary folder. */
  CONTROLLER_MEMORY: z.string().default('512MB'),
  /** Bearer keys, a JSON list of { name, key or sha256, scopes }; scopes are read, alerts, admin. */
  CONTROLLER_KEYS: z.string().optional(),
  /** Path of a file that holds the list; not together with CONTROLLER_KEYS. */
  CONTROLLER_KEYS_FILE: z.string().optional(),
  /** Where serving is, for the console's page that tries the model out. */
  SERVING_URL: z.url().default('http://127.0.0.1:8080'),
  /** A key of serving's with the scopes predict and feedback, where it wants one. */
  SERVING_KEY: z.string().optional(),
  /** Path of a file that holds it; not together with SERVING_KEY. */
  SERVING_KEY_FILE: z.string().optional(),
  /** Least severe log line that is written. */
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export type ControllerEnv = z.infer<typeof controllerVariables>;

export function readControllerEnv(environment: NodeJS.ProcessEnv): ControllerEnv {
  return parseEnv(controllerVariables, environment);
}
