// The kit's processes and how each is started: the trainer and serving, as children with an environment of their own.

import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';
import { z } from 'zod';
import type { CliEnv } from '../env.ts';
import { type Child, startChild } from './child.ts';

/** The trainer gives a running job up to 25 s to end before it hands it back to the queue. */
const trainerPatienceMs = 35_000;
/** Serving finishes what it accepted within 10 s. */
const servingPatienceMs = 15_000;

export const logsFolder = (home: string) => join(home, 'logs');

export function startTrainer(
  env: CliEnv,
  brokerUrl: string,
  signal: AbortSignal,
  { patienceSeconds = 20 } = {},
): Promise<Child> {
  const plan = {
    name: 'trainer',
    main: join(repositoryRoot, 'apps/trainer/src/main.ts'),
    env: {
      ...env.inherited,
      FLIGHTDECK_HOME: env.home,
      FLIGHTDECK_BROKER_URL: brokerUrl,
      TRAINER_PATIENCE_SECONDS: String(patienceSeconds),
    },
    logFile: join(logsFolder(env.home), 'trainer.log'),
    patienceMs: trainerPatienceMs,
  };
  return startChild(plan, signal);
}

export interface ServingProcess extends Child {
  readonly url: string;
}

const listening = z.object({ listening: z.url() });

/** Starts serving on `port`; 0 takes any free one. PORT_IN_USE. */
export async function startServing(env: CliEnv, port: number, signal: AbortSignal): Promise<ServingProcess> {
  const plan = {
    name: 'server',
    main: join(repositoryRoot, 'apps/serving/src/main.ts'),
    env: { ...env.inherited, FLIGHTDECK_HOME: env.home, SERVING_PORT: String(port) },
    logFile: join(logsFolder(env.home), 'serving.log'),
    patienceMs: servingPatienceMs,
  };
  const child = await startChild(plan, signal);
  return { ...child, url: listening.parse(child.hello).listening };
}
