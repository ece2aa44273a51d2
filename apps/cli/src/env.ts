// The CLI's environment, read once. The processes it starts get the whole of it, with what the CLI decided for them on top.

import { parseEnv } from '@flightdeck/core';
import type { BrokerKind } from '@flightdeck/queue';
import { type RegistryLocation, registryLocation, registryVariables } from '@flightdeck/registry/location';
import { z } from 'zod';

/** Spelt out, because importing the list would load the whole queue for `flightdeck --help`. */
const brokerKinds = ['redis', 'private-redis', 'embedded-postgres'] as const satisfies readonly BrokerKind[];

export const cliVariables = z.object({
  /** Where the state and the registry are. */
  ...registryVariables,
  /** A Redis that is there anyway: redis://user:password@host:port. Without it, the kit starts a broker of its own. */
  REDIS_URL: z.string().optional(),
  /** Forces one kind of broker: redis (needs REDIS_URL), private-redis or embedded-postgres. */
  FLIGHTDECK_BROKER: z.enum(brokerKinds).optional(),
  /** Where `up` serves and where `predict` asks; 0 takes any free port. */
  SERVING_PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  /** Where `up` has its controller, and where commands ask it. */
  CONTROLLER_PORT: z.coerce.number().int().min(0).max(65_535).default(8081),
  /** The server that commands ask, where it is not on this machine. */
  SERVING_URL: z.url().optional(),
  /** The same of the controller. */
  CONTROLLER_URL: z.url().optional(),
  /** A bearer key of serving with the scope predict, where it has keys. */
  SERVING_KEY: z.string().optional(),
  /** A bearer key of the controller, where it has keys. */
  CONTROLLER_KEY: z.string().optional(),
  /** Who trains: `here`, a trainer for the time of the command where no kit is up; or `elsewhere`, trainers that listen to REDIS_URL. */
  FLIGHTDECK_TRAINERS: z.enum(['here', 'elsewhere']).default('here'),
  /** Set to anything: no colours (https://no-color.org). */
  NO_COLOR: z.string().optional(),
  /** Set to anything: errors come with their stack trace. */
  DEBUG: z.string().optional(),
});

export interface CliEnv {
  /** The state directory, absolute. */
  readonly home: string;
  readonly registry: RegistryLocation;
  readonly redisUrl: string | undefined;
  readonly brokerKind: BrokerKind | undefined;
  readonly servingPort: number;
  readonly controllerPort: number;
  /** Where commands ask. */
  readonly servingUrl: string;
  readonly controllerUrl: string;
  readonly servingKey: string | undefined;
  readonly controllerKey: string | undefined;
  readonly trainers: 'here' | 'elsewhere';
  readonly colours: boolean;
  readonly debug: boolean;
  /** Everything, for the processes that the CLI starts. */
  readonly inherited: NodeJS.ProcessEnv;
}

/** Throws ENV_INVALID, which names the variable. */
export function readCliEnv(environment: NodeJS.ProcessEnv): CliEnv {
  const variables = parseEnv(cliVariables, environment);
  return {
    home: variables.FLIGHTDECK_HOME,
    registry: registryLocation(variables),
    redisUrl: variables.REDIS_URL,
    brokerKind: variables.FLIGHTDECK_BROKER,
    servingPort: variables.SERVING_PORT,
    controllerPort: variables.CONTROLLER_PORT,
    servingUrl: variables.SERVING_URL ?? `http://127.0.0.1:${variables.SERVING_PORT || 8080}`,
    controllerUrl: variables.CONTROLLER_URL ?? `http://127.0.0.1:${variables.CONTROLLER_PORT || 8081}`,
    servingKey: variables.SERVING_KEY,
    controllerKey: variables.CONTROLLER_KEY,
    trainers: variables.FLIGHTDECK_TRAINERS,
    colours: variables.NO_COLOR === undefined,
    debug: variables.DEBUG !== undefined,
    inherited: environment,
  };
}
