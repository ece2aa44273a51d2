// The trainer's environment: the only place that knows its variables.

import { parseEnv } from '@flightdeck/core';
import { brokerKinds } from '@flightdeck/queue';
import { registryVariables } from '@flightdeck/registry/location';
import { z } from 'zod';

const trainerVariables = z.object({
  /** Where the state and the registry are. */
  ...registryVariables,
  /** The broker that the process which starts this one has already opened (`flightdeck up` sets it). Comes before all else. */
  FLIGHTDECK_BROKER_URL: z.string().optional(),
  /** A Redis that is there anyway: redis://user:password@host:port. */
  REDIS_URL: z.string().optional(),
  /** Forces one kind of broker: redis (needs REDIS_URL), private-redis or embedded-postgres. */
  FLIGHTDECK_BROKER: z.enum(brokerKinds).optional(),
  /** Trainings and stages of retrainings at the same time. Each uses all cores it can get, so more than one rarely helps. */
  TRAINER_CONCURRENCY: z.coerce.number().int().min(1).max(16).default(1),
  /** TCP port for GET /metrics and GET /health/live; none where it is not set, 0 takes any free one. */
  TRAINER_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Address to bind. The default is this machine only; what is told there is open to all who reach it, and holds no data. */
  TRAINER_HOST: z.string().default('127.0.0.1'),
  /** Told to stop, what runs gets so many seconds to end before its job goes back to the queue. */
  TRAINER_PATIENCE_SECONDS: z.coerce.number().min(0).default(20),
});

export type TrainerEnv = z.infer<typeof trainerVariables>;

export function readTrainerEnv(environment: NodeJS.ProcessEnv): TrainerEnv {
  return parseEnv(trainerVariables, environment);
}
