// The kit's processes and how each is started: trainer, serving and controller, as children with an environment of their own.

import { join } from 'node:path';
import { repositoryRoot } from '@flightdeck/core';
import { z } from 'zod';
import type { CliEnv } from '../env.ts';
import { type Child, type ChildPlan, startChild } from './child.ts';

/** The trainer gives a running job up to 25 s to end before it hands it back to the queue. */
const trainerPatienceMs = 35_000;
/** Serving finishes what it accepted within 10 s. */
const servingPatienceMs = 15_000;
/** Room for a thousand requests at once among V8's young objects, as in its own npm script: docs/decisions/0018. */
const servingFlags = ['--max-semi-space-size=64'];
/** The controller finishes its tick. */
const controllerPatienceMs = 15_000;

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

/** A process that listens. */
export interface Server extends Child {
  readonly url: string;
}

const listening = z.object({ listening: z.url() });

/** Starts serving on `port`; 0 takes any free one. `more` are variables that the user's own win over. PORT_IN_USE. */
export function startServing(
  env: CliEnv,
  port: number,
  signal: AbortSignal,
  more: NodeJS.ProcessEnv = {},
): Promise<Server> {
  const plan = {
    name: 'server',
    main: join(repositoryRoot, 'apps/serving/src/main.ts'),
    flags: servingFlags,
    env: { ...more, ...env.inherited, FLIGHTDECK_HOME: env.home, SERVING_PORT: String(port) },
    logFile: join(logsFolder(env.home), 'serving.log'),
    patienceMs: servingPatienceMs,
  };
  return startServer(plan, signal);
}

/** The same for the controller. */
export function startController(
  env: CliEnv,
  { brokerUrl, port }: { brokerUrl: string; port: number },
  signal: AbortSignal,
  more: NodeJS.ProcessEnv = {},
): Promise<Server> {
  const plan = {
    name: 'controller',
    main: join(repositoryRoot, 'apps/controller/src/main.ts'),
    env: {
      ...more,
      ...env.inherited,
      FLIGHTDECK_HOME: env.home,
      FLIGHTDECK_BROKER_URL: brokerUrl,
      CONTROLLER_PORT: String(port),
    },
    logFile: join(logsFolder(env.home), 'controller.log'),
    patienceMs: controllerPatienceMs,
  };
  return startServer(plan, signal);
}

async function startServer(plan: ChildPlan, signal: AbortSignal): Promise<Server> {
  const child = await startChild(plan, signal);
  return { ...child, url: listening.parse(child.hello).listening };
}
